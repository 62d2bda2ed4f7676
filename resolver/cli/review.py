"""Commands that decide: the same or different, confirm, split, undo.

- Command `resolver decide`: decide whether two entities are the same.
- Command `resolver links`: color of a link, and the decisions on it.
- Command `resolver confirm`: confirmation by a second steward.
- Command `resolver split`: split records off an entity.
- Command `resolver undo`: undo a decision.

Command `resolver queue`: pairs that wait for a steward.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import json_option, store_option
from resolver.cli.process_start import log_records, steward_option
from resolver.cli.run_results import print_forecast
from resolver.errors import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.hub import Hub
    from resolver.review import DecisionOutcome, DecisionPreview, DecisionView, QueueItem, QueuePage


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
@click.option("--authority", default="", help="Who answers for the link.")
@click.option("--legal-basis", default="", help="Law by which the link is made.")
@click.option(
    "--expires",
    default="",
    metavar="DAY",
    help="Last day of the link, such as 2027-06-30; the pair waits again afterwards.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@steward_option
@json_option
@click.pass_obj
def decide_command(
    settings: Settings, /, left: str, right: str, verdict: str, store_url: str, **options: Any
) -> None:
    """Run `resolver decide`."""
    from resolver.cli.arguments import open_hub
    from resolver.records.stated_links import find_relation_type
    from resolver.review import (
        DecisionRequest,
        DeskRules,
        LinkBasis,
        Steward,
        StewardVerdict,
        decide_pair,
        load_decision,
        preview_decision,
    )
    from resolver.review.earlier_verdicts import PairRelation

    steward = Steward(options["steward"], scopes=frozenset({"admin"}))
    rules = DeskRules.from_settings(settings)
    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions on which it rests
        log_records(hub, 2, left=left, right=right, verdict=verdict)
        over = tuple(load_decision(hub, name, steward.viewer).id for name in options["over"])
        request = DecisionRequest(
            steward, left, right, StewardVerdict(verdict), options["why"], over=over
        )
        facts = (options[name] for name in ("authority", "legal_basis", "expires"))
        request = replace(request, link=LinkBasis(*facts))
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
    """Print the effects of a decision that is not committed."""
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


@click.command("links")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@store_option(required=True)
@json_option
@click.pass_obj
def links_command(
    settings: Settings, /, left: str, right: str, store_url: str, *, as_json: bool
) -> None:
    """Show the link between A and B, ids of entities or records: its color, and who decided it.

    Colors are those of Regulation (EU) 2019/817: yellow (nobody has verified it), white (the same
    person, lawfully), green (different persons), red (one person under unlawfully different
    identities).

    \b
    Example:
      resolver links us-ofac-sdn:7160 un-sc:111298 --store sqlite:///hub.db
    """
    from resolver.cli.arguments import open_hub
    from resolver.records.visibility import OPERATOR
    from resolver.review import read_link

    with open_hub(store_url, settings) as hub:
        log_records(hub, 2, left=left, right=right)
        link = read_link(hub, left, right, OPERATOR)
    if as_json:
        click.echo(json.dumps(link.to_json(), ensure_ascii=False))
        return
    click.echo(f"{left} and {right}: {link.color or 'no link'}")
    for row in link.decisions:
        facts = [row.authority, row.legal_basis, row.reason]
        facts += [f"until {row.expires}"] if row.expires else []
        stated = "; ".join(filter(None, facts))
        line = f"{row.id}  {row.label}, {row.status}, {row.steward or 'a file'}"
        click.echo(f"  {line}{f': {stated}' if stated else ''}")


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
    from resolver.cli.arguments import open_hub
    from resolver.review import Steward, confirm_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions on which it rests
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
    from resolver.cli.arguments import open_hub
    from resolver.review import DeskRules, Steward, preview_split, split_entity

    steward = Steward(options["steward"], scopes=frozenset({"admin"}))
    rules = DeskRules.from_settings(settings)
    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions on which it rests
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
    from resolver.cli.arguments import open_hub
    from resolver.review import Steward, undo_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions on which it rests
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


_WIDTH = 36
_MAX_NAMES = 20
"""Maximum number of lists or agencies that an error names."""


_QUEUE_HELP = """Show the pairs of entities that wait for a steward, by priority.

\b
Examples:
  resolver queue --store sqlite:///hub.db
  resolver queue --store sqlite:///hub.db --kind group --reason contradiction --json
"""


@click.command("queue", help=_QUEUE_HELP)
@store_option(required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Number of pairs to show.",
)
@click.option(
    "--after",
    default="",
    metavar="KEY",
    help="Continue after this pair (its key, as printed by --json).",
)
@click.option("--kind", default="", help="Only this kind: person, group or asset.")
@click.option("--source", default="", metavar="LIST", help="Only pairs with a record of this list.")
@click.option("--agency", default="", help="Only pairs with a record of this agency.")
@click.option(
    "--reason",
    default="",
    help="Only for this reason: borderline, contradiction, moved, red, second …",
)
@click.option(
    "--script",
    default="",
    metavar="CODE",
    help="Only with names in this script (ISO 15924: Arab, Cyrl …).",
)
@click.option(
    "--from",
    "score_from",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Only scores from this one on.",
)
@click.option(
    "--to", "score_to", type=click.FloatRange(0, 1), default=1.0, help="Only scores up to this one."
)
@click.option(
    "--pending", is_flag=True, help="Show the decisions that wait for a second steward instead."
)
@json_option
@click.pass_obj
def queue_command(settings: Settings, /, store_url: str, **options: Any) -> None:
    """Run `resolver queue`."""
    from resolver.cli.arguments import open_hub
    from resolver.records.visibility import OPERATOR
    from resolver.review import (
        Filters,
        forecast_queue,
        list_pending,
        list_waiting,
        refresh_queue,
    )

    names = ("kind", "source", "agency", "reason", "script", "score_from", "score_to")
    with open_hub(store_url, settings) as hub:
        if options["pending"]:
            pending = list_pending(hub, OPERATOR)
            log_records(hub, 2 * len(pending), pending=True)
            _print_pending(pending, as_json=options["as_json"])
            return
        _check_lists(hub, options["source"], options["agency"])
        refresh_queue(hub)
        filters = Filters(**{name: options[name] for name in names})
        page = list_waiting(
            hub, filters, limit=options["limit"], after=options["after"], viewer=OPERATOR
        )
        selection = {name: options[name] for name in (*names, "after", "limit")}
        log_records(hub, 2 * len(page.items), **selection)
        forecast = forecast_queue(hub, settings.review_capacity, OPERATOR).forecast
    if not options["as_json"]:
        print_forecast(forecast)
    _print_page(page, as_json=options["as_json"])


def _check_lists(hub: Hub, source: str, agency: str) -> None:
    """Raise `InputError` for a list or agency that the store does not have; otherwise an empty
    queue would look like finished work.
    """
    from resolver.errors import InputError

    with hub.store.view() as view:
        sources = view.sources()
    lists = [stored.name for stored in sources]
    agencies = sorted({name for stored in sources for name in (stored.agency, stored.name) if name})
    for value, names, kind in ((source, lists, "list"), (agency, agencies, "agency")):
        if value and value not in names:
            shown = ", ".join(names[:_MAX_NAMES]) + (" …" if len(names) > _MAX_NAMES else "")
            raise InputError(f"the store has no {kind} {value[:60]!r}", hint=f"it has: {shown}")


def _print_pending(decisions: Iterable[DecisionView], *, as_json: bool) -> None:
    for decision in decisions:
        if as_json:
            click.echo(json.dumps(decision.to_json(), ensure_ascii=False))
        else:
            click.echo(_pending_line(decision))


def _print_page(page: QueuePage, *, as_json: bool) -> None:
    if as_json:
        for item in page.items:
            click.echo(json.dumps(item.to_json(), ensure_ascii=False))
        return
    click.echo(
        pluralize(page.total, "pair of entities waits", "pairs of entities wait")
        + (f", the oldest since {page.oldest[:16]}Z." if page.oldest else ".")
    )
    for item in page.items:
        click.echo(_line(item))


def _pending_line(decision: DecisionView) -> str:
    pair = f"{decision.left_record}  {decision.right_record}"
    return f"{decision.id}  {decision.label:<9}  {pair}  by {decision.steward}"


def _line(item: QueueItem) -> str:
    sides = f"{_shorten(item.left.caption):<{_WIDTH}}  {_shorten(item.right.caption):<{_WIDTH}}"
    return f"{item.score:.3f}  {item.reason:<13}  {sides}  {item.left.id}  {item.right.id}".rstrip()


def _shorten(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
