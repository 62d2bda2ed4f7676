"""Command `resolver search`: entities of a store by words, a number or an id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_records_at
from resolver.cli.options import json_option, store_option
from resolver.errors import UsageError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.screening.search.result_page import SortOrder

_HELP = """Search a store for TEXT: words of names, a number, a telephone, a place or an id, in any
script. The best come first, as in `GET /search`.

\b
Examples:
  resolver search "vektor trading" --store sqlite:///hub.db
  resolver search "B33735989" --store sqlite:///hub.db --json
  resolver search putin --store sqlite:///hub.db --sort changed:desc
"""


@click.command("search", help=_HELP)
@click.argument("text")
@store_option(required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 500),
    default=10,
    show_default=True,
    help="Maximum number of entities.",
)
@click.option(
    "--sort",
    "sort_words",
    multiple=True,
    metavar="KEY[:desc]",
    help="caption, schema, id, first_seen, last_seen, changed or properties.X; repeatable.",
)
@json_option
@click.pass_obj
def command(
    settings: Settings, /, text: str, limit: int, sort_words: tuple[str, ...], **options: Any
) -> None:
    """Run `resolver search`."""
    text = text.strip()
    if not text:
        raise UsageError("the text is empty", hint="write it in quotes, or * for everything")
    text = "" if text == "*" else text
    orders = _parse_orders(sort_words)
    url = options["store_url"]
    entities, total = _search(url, settings, text, orders, limit)
    shown_ids = [entity["id"] for entity in entities]
    log_records_at(url, len(shown_ids), text=text, entities=shown_ids)
    if options["as_json"]:
        click.echo(json.dumps({"results": entities, "total": total}, ensure_ascii=False))
    elif entities:
        click.echo("\n".join(map(_describe, entities)))
        if total > len(entities):
            click.echo(f"{total:,} found; show more with --limit")
    else:
        click.echo(f"Nothing in the store states {text or 'anything'}.")


def _parse_orders(words: tuple[str, ...]) -> list[SortOrder]:
    from resolver.screening.search.result_page import parse_sort_order

    try:
        return [parse_sort_order(word) for word in words]
    except ValueError as error:
        raise UsageError(str(error), hint="add --sort again for each further key") from None


def _search(
    url: str, settings: Settings, text: str, orders: list[SortOrder], limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the first entities that state a text, as operators may see them, and their number."""
    from resolver.cli.store_arguments import open_hub
    from resolver.records.visibility import OPERATOR
    from resolver.screening import entity_reader
    from resolver.screening.screener import Screener
    from resolver.screening.search.result_page import read_page
    from resolver.screening.search.term_search import SearchScope

    with open_hub(url, settings) as hub:
        screener = Screener(hub)
        entity_id = entity_reader.find_typed_id(hub, text, OPERATOR)
        results = screener.search(text, SearchScope(OPERATOR), entity_id)
        return read_page(results, orders, 0, limit, hub), len(results)


def _describe(entity: dict[str, Any]) -> str:
    """Return an entity in one line: relevance, id, caption, lists."""
    lists = ", ".join(entity["datasets"])
    return f"{entity['score']:.2f}  {entity['id']}  {entity['caption']}  ({lists})"
