"""Command `resolver decide`: decide whether two entities are the same."""

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
def command(
    settings: Settings, /, left: str, right: str, verdict: str, store_url: str, **options: Any
) -> None:
    """Run `resolver decide`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.records.relations.relation_types import find_relation_type
    from resolver.review import (
        DecisionRequest,
        DeskRules,
        Steward,
        StewardVerdict,
        decide_pair,
        load_decision,
        preview_decision,
    )
    from resolver.review.decisions.decided_relations import PairRelation

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
