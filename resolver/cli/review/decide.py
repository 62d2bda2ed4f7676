"""Commands that decide: the same or different, confirm, split, undo.

- Command `resolver decide`: decide whether two entities are the same.
- Command `resolver confirm`: confirmation by a second steward.
- Command `resolver split`: split records off an entity.
- Command `resolver undo`: undo a decision.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_records, steward_option
from resolver.cli.options import json_option, store_option
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.hub import Hub
    from resolver.review import DecisionOutcome, DecisionPreview


_HELP = """Decide whether A and B, ids of entities or records, are the same.

For two entities the decision is on their strongest pair of records, for two records on these.
`red` (one person under unlawfully different identities), and decisions named by the settings
four_eyes_*, count once a second steward confirms them. A decision that contradicts earlier ones
is refused, and these are shown.

\b
Examples:
  resolver decide us-ofac-sdn:7160 un-sc:111298 same --store sqlite:///hub.db --why passport
  resolver decide e-2y624haltqk5flozqykq un-sc:111298 red --store sqlite:///hub.db --dry-run
"""


@click.command("decide", help=_HELP)
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.argument("verdict", type=click.Choice(["same", "different", "unsure", "red"]))
@store_option(required=True)
@click.option("--why", default="", help="Reason, for the log.")
@click.option(
    "--over",
    multiple=True,
    metavar="ID",
    help="Withdraw the contradicting decision ID; repeatable.",
)
@click.option(
    "--relation",
    type=click.Choice(["faction of", "splinter of", "successor of", "merged into"]),
    help="With `different`: what group A is to group B.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@steward_option
@json_option
@click.pass_obj
def decide_command(
    settings: Settings, /, left: str, right: str, verdict: str, store_url: str, **options: Any
) -> None:
    """Run `resolver decide`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.records.relation_types import find_relation_type
    from resolver.review import (
        DecisionRequest,
        DeskRules,
        Steward,
        StewardVerdict,
        decide_pair,
        load_decision,
        preview_decision,
    )
    from resolver.review.decisions.earlier_verdicts import PairRelation

    steward = Steward(options["steward"], scopes=frozenset({"admin"}))
    rules = DeskRules.from_settings(settings)
    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, 2, left=left, right=right, verdict=verdict)
        over = tuple(load_decision(hub, name, steward.viewer).id for name in options["over"])
        request = DecisionRequest(
            steward, left, right, StewardVerdict(verdict), options["why"], over=over
        )
        if relation := find_relation_type(options["relation"] or ""):
            request = replace(request, relation=PairRelation(relation))
        if options["dry_run"]:
            preview = preview_decision(hub, request, rules)
            log_preview(hub, preview)
            print_preview(preview, as_json=options["as_json"])
            return
        outcome = decide_pair(hub, request, rules)
    print_outcome(outcome, as_json=options["as_json"])


def log_preview(hub: Hub, effects: DecisionPreview) -> None:
    """Log the records whose entities a preview is about to show. Raises `StoreError`."""
    entities = [entity.id for entity in effects.before]
    count = sum(len(entity.records) for entity in effects.before)
    log_records(hub, count, preview=entities)


def print_preview(effects: DecisionPreview, *, as_json: bool) -> None:
    """Print the effects of a decision that is not made."""
    if as_json:
        click.echo(json.dumps(effects.to_json(), ensure_ascii=False))
        return
    click.echo(format_preview(effects))


def print_outcome(outcome: DecisionOutcome, *, as_json: bool) -> None:
    """Print the outcome of a decision."""
    if as_json:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.ids[0]}, version {outcome.revision})")


def format_preview(effects: DecisionPreview) -> str:
    """Return the effects of a decision as lines of text."""
    lines = [
        f"before  {entity.id}  {entity.caption}: {', '.join(entity.records)}"
        for entity in effects.before
    ]
    lines += [
        f"after   {entity.id or '(new)'}  {entity.caption}: {', '.join(entity.records)}"
        for entity in effects.after
    ]
    lines += [
        f"{change.label}: {' | '.join(change.before)} → {' | '.join(change.after)}"
        for change in effects.golden
    ]
    lines += [f"A second steward has to confirm: {reason}." for reason in effects.second_reasons]
    return "\n".join(lines or ["Nothing would change except the log."])


@click.command("confirm")
@click.argument("decision_id", metavar="ID")
@store_option(required=True)
@steward_option
@json_option
@click.pass_obj
def confirm_command(
    settings: Settings, /, decision_id: str, store_url: str, **options: Any
) -> None:
    """Confirm the decision ID, which waits for a second steward (see `resolver queue --pending`).

    ID may also be its number in the log.

    \b
    Example:
      resolver confirm d-5f0c2a9be1734d68 --store sqlite:///hub.db --who lee
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, confirm_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, 2, decision=decision_id)
        outcome = confirm_decision(
            hub, Steward(options["steward"], scopes=frozenset({"admin"})), decision_id
        )
    if options["as_json"]:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.ids[0]}, version {outcome.revision})")


_SPLIT_HELP = """
Split RECORD... off ENTITY: they become an entity of their own and are never merged with the
rest.

\b
Example:
  resolver split e-2y624haltqk5flozqykq us-ofac-sdn:7160 --store sqlite:///hub.db --dry-run
"""


@click.command("split", help=_SPLIT_HELP)
@click.argument("entity", metavar="ENTITY")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@store_option(required=True)
@click.option("--why", default="", help="Reason, for the log.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@steward_option
@json_option
@click.pass_obj
def split_command(
    settings: Settings, /, entity: str, records: tuple[str, ...], store_url: str, **options: Any
) -> None:
    """Run `resolver split`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.review import DeskRules, Steward, preview_split, split_entity

    steward = Steward(options["steward"], scopes=frozenset({"admin"}))
    rules = DeskRules.from_settings(settings)
    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, len(records), entity=entity)
        if options["dry_run"]:
            effects = preview_split(hub, steward, entity, records, rules)
            log_preview(hub, effects)
            print_preview(effects, as_json=options["as_json"])
            return
        outcome = split_entity(hub, steward, entity, records, options["why"], rules=rules)
    print_outcome(outcome, as_json=options["as_json"])


_UNDO_HELP = """Undo the decision ID and those taken together with it; the state before is restored,
including entity ids. ID may also be its number in the log.

Decisions of two stewards take two to undo: the second one runs `resolver confirm`.

\b
Example:
  resolver undo d-5f0c2a9be1734d68 --store sqlite:///hub.db --why "wrong file"
"""


@click.command("undo", help=_UNDO_HELP)
@click.argument("decision_id", metavar="ID")
@store_option(required=True)
@click.option("--why", default="", help="Reason, for the log.")
@steward_option
@json_option
@click.pass_obj
def undo_command(settings: Settings, /, decision_id: str, store_url: str, **options: Any) -> None:
    """Run `resolver undo`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, undo_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, 2, decision=decision_id)
        outcome = undo_decision(
            hub,
            Steward(options["steward"], scopes=frozenset({"admin"})),
            decision_id,
            why=options["why"],
        )
    if options["as_json"]:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.ids[0]}, version {outcome.revision})")
