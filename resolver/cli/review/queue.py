"""Command `resolver queue`: pairs that wait for a steward."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_records
from resolver.cli.options import json_option, store_option
from resolver.cli.run_results import print_forecast
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.hub import Hub
    from resolver.review import DecisionView, QueueItem, QueuePage

_WIDTH = 36
_MAX_NAMES = 20
"""Lists or agencies that an error names."""


_HELP = """Show the pairs of entities that wait for a steward, by priority.

\b
Examples:
  resolver queue --store sqlite:///hub.db
  resolver queue --store sqlite:///hub.db --kind group --reason contradiction --json
"""


@click.command("queue", help=_HELP)
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
    from resolver.cli.store_arguments import open_hub
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
    """Raise `InputError` for a list or agency that the store does not have: an empty queue would
    read as work that is done.
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
