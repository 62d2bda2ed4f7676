"""`resolver queue`: the pairs that wait for a steward."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import json_option, store_option
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.review import QueueItem

_WIDTH = 36


@click.command("queue")
@store_option(required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Show so many pairs.",
)
@click.option(
    "--after",
    default="",
    metavar="KEY",
    help="Go on behind this pair (its key, as --json gives it).",
)
@click.option("--kind", default="", help="Only this kind: person, group or asset.")
@click.option(
    "--source", default="", metavar="LIST", help="Only pairs that this list has to do with."
)
@click.option("--agency", default="", help="Only pairs that this agency has to do with.")
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
    help="Only from this score on.",
)
@click.option(
    "--to", "score_to", type=click.FloatRange(0, 1), default=1.0, help="Only up to this score."
)
@click.option(
    "--pending", is_flag=True, help="Show the decisions that wait for a second steward instead."
)
@json_option
@click.pass_obj
def command(settings: Settings, /, store_url: str, **options: Any) -> None:
    """Show the pairs of entities that wait for a steward, the most worth first.

    \b
    Examples:
      resolver queue --store sqlite:///hub.db
      resolver queue --store sqlite:///hub.db --kind group --reason contradiction --json
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.records.visibility import OPERATOR
    from resolver.review import Filters, catch_up, pending, waiting

    names = ("kind", "source", "agency", "reason", "script", "score_from", "score_to")
    with open_hub(store_url, settings) as hub:
        if options["pending"]:
            for one in pending(hub, OPERATOR):
                click.echo(
                    json.dumps(asdict(one), ensure_ascii=False)
                    if options["as_json"]
                    else f"{one.number:>8}  {one.verdict:<9}  {one.left_record}  {one.right_record}  by {one.who}"
                )
            return
        catch_up(hub)
        filters = Filters(**{name: options[name] for name in names})
        page = waiting(
            hub, filters, limit=options["limit"], after=options["after"], viewer=OPERATOR
        )
    if options["as_json"]:
        for item in page.items:
            click.echo(json.dumps(asdict(item), ensure_ascii=False))
        return
    click.echo(
        f"{page.total:,} pairs wait"
        + (f", the oldest since {page.oldest[:16]}Z." if page.oldest else ".")
    )
    for item in page.items:
        click.echo(_line(item))


def _line(item: QueueItem) -> str:
    sides = f"{_cut(item.left.caption):<{_WIDTH}}  {_cut(item.right.caption):<{_WIDTH}}"
    return f"{item.score:.3f}  {item.reason:<13}  {sides}  {item.left.id}  {item.right.id}".rstrip()


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
