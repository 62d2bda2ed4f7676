"""Commands that look entities up: by a name, or by words.

- Command `resolver check`: look up one name in lists or in a store, as the service does.
- Command `resolver search`: entities of a store by words, a number or an id.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.arguments import read_list_files
from resolver.cli.options import (
    LIST_PATH,
    ReadingOptions,
    json_option,
    listed_option,
    reading_options,
    run_options,
    running_options,
    store_option,
)
from resolver.cli.process_start import ProgressBars, log_records_at
from resolver.cli.resolve.explain import explanation_to_json
from resolver.errors import UsageError, pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.check.result_page import SortOrder
    from resolver.check.screener import ScreeningMatch, ScreeningResult
    from resolver.lists.formats.ftm.ftm_entity import SubmittedRecord
    from resolver.review import EntityLinks


_MAX_REASONS, _MAX_OTHERS = 4, 5
_COMPETITION = "competition"
_SCHEMA_BY_KIND = {"person": "Person", "group": "Organization", "asset": "Vessel"}
_INCOMPLETE = (
    "note: common names led to more candidates than were compared; add a birth date, a nationality "
    "or a number"
)
_OF_PERSONS = {"birth_date": "--birth-date", "passport": "--passport"}
"""Options for facts that only persons have."""


_HELP = """Look up NAME: list the persons, groups and assets that it may refer to, and why.

The best come first. Each is listed once, with all of its records.

\b
Examples:
  resolver check "Ivan Petrov" --list sdn.csv
  resolver check "Ivan Petrov" --birth-date 1962 --nationality ru --list lists/ --json
  resolver check "Vektor Trading LLC" --kind group --store sqlite:///hub.db
  resolver check "Ivan Petrov" --store sqlite:///hub.db --listed "1 in 5000"
"""


@click.command("check", help=_HELP)
@click.argument("name")
@click.option(
    "--list",
    "files",
    type=LIST_PATH,
    multiple=True,
    metavar="FILE",
    help="List or folder; repeatable.",
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([*_SCHEMA_BY_KIND]),
    multiple=True,
    help="Default: any that can have what is stated; a birth date, passport or nationality is a "
    "person's.",
)
@click.option(
    "--birth-date", metavar="D", help="As far as known: 1962, 1962-05, 1962-05-01, 'circa 1962'."
)
@click.option(
    "--nationality",
    metavar="C",
    multiple=True,
    help="Nationality of a person, by name or code; without --kind only persons are searched. With "
    "--kind group or asset it is their country. Repeatable.",
)
@click.option(
    "--country", metavar="C", multiple=True, help="Country of any kind of entity; repeatable."
)
@click.option("--passport", metavar="NUMBER", multiple=True, help="Passport number; repeatable.")
@store_option()
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Maximum number of candidates.",
)
@click.option(
    "--reference",
    default="",
    metavar="ID",
    help="Clearance that the person states: candidates that it names are said to be others.",
)
@listed_option
@running_options
@reading_options
@json_option
@click.pass_obj
def check_command(
    settings: Settings, /, name: str, files: tuple[Path, ...], limit: int, **options: Any
) -> None:
    """Run `resolver check`."""
    url = options["store_url"]
    if bool(files) == bool(url):
        hint = "add --list FILE for each list, or --store URL"
        raise UsageError("check needs lists or a store to search", hint=hint)
    query = _read_query(name, options)
    for warning in query.omissions:
        click.echo(f"note: {warning}", err=True)
    with ExitStack() as stack, ProgressBars(verbose=options["verbose"]) as bars:
        from resolver.check.screener import MatchQuery, Screener
        from resolver.hub.hub import temporary_hub
        from resolver.records.visibility import OPERATOR

        if url:
            from resolver.cli.arguments import open_hub

            place = "the store"
            hub = stack.enter_context(open_hub(url, settings, model_dir=options["model_dir"]))
        else:
            intake = read_list_files(files, ReadingOptions.from_options(options), bars)
            place = pluralize(len(intake.batch), "record")
            running = run_options(settings, options)
            hub = stack.enter_context(temporary_hub(intake, running, bars))
        listed = settings.listed if options["listed"] is None else options["listed"]
        screener = Screener(hub, listed, is_private=not url)
        (result,), revision = screener.check([query.record], MatchQuery(limit, viewer=OPERATOR))
        answer = _answer(name, query, result)
        links: EntityLinks = {}
        if url:
            from resolver.review import CandidateLinks

            links = CandidateLinks(hub).of_answer(result, revision.revision, OPERATOR)
            for row in answer["results"]:
                if own := links.get(row["entity"]):
                    row["links"] = [link.to_json() for link in own]
        linked = {link.entity for own in links.values() for link in own}
        cleared = []
        if options["reference"]:
            from resolver.screening import find_redress

            wanted = MatchQuery(limit, viewer=OPERATOR)
            reference = options["reference"]
            cleared = find_redress(hub.store, screener, query.record, reference, wanted)
            answer["cleared"] = cleared
    if url:
        _log_check(url, name, result, sorted(linked), options)
    if options["as_json"]:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for match in result.matches:
        click.echo(_describe(match))
        for link in links.get(match.entity["id"], ()):
            own = link.entity == match.entity["id"]
            click.echo(f"        {link.color} link {'of its own records' if own else link.entity}")
        if match.entity["id"] in cleared:
            text = f"cleared as not this person, reference {options['reference']}"
            click.echo(f"        {text}")
    if options["reference"] and not cleared:
        click.echo("The reference clears none of these candidates of this person.")
    if result.total > len(result.matches):
        least = "" if result.is_complete else "At least "
        click.echo(f"{least}{result.total:,} fit; show more with --limit")
    if result.advice:
        click.echo(result.advice)
    elif not result.matches:
        click.echo(f"No match for {name} in {place}.")
    is_unasked = not result.matches and query.omissions
    if not (result.is_complete or result.advice or is_unasked):
        click.echo(_INCOMPLETE, err=True)


def _read_query(name: str, options: dict[str, Any]) -> SubmittedRecord:
    """Return the query as a record. Raises `ResolverError`."""
    from resolver.check.queries import read_query
    from resolver.records.properties import BIRTH_DATE, NATIONALITY, PASSPORT

    if not name.strip():
        raise UsageError("the name is empty", hint="write the name in quotes")
    kinds = {*options["kinds"]}
    if len(kinds) > 1:
        raise UsageError("--kind names several kinds", hint="give one, or none for all of them")
    kind = kinds.pop() if kinds else None
    for option, text in _OF_PERSONS.items():
        if options[option] and kind not in (None, "person"):
            hint = f"leave out {text} or --kind"
            raise UsageError(f"{text} is only for persons, but --kind is {kind}", hint=hint)
    country = NATIONALITY if kind in (None, "person") else "country"
    properties = {"name": [name], "country": [*options["country"]]}
    properties.setdefault(country, []).extend(options["nationality"])
    properties[PASSPORT] = [*options["passport"]]
    if options["birth_date"]:
        properties[BIRTH_DATE] = _read_dates(options["birth_date"])
    stated = {prop: texts for prop, texts in properties.items() if texts}
    return read_query(_SCHEMA_BY_KIND[kind] if kind else None, stated)


def _read_dates(text: str) -> list[str]:
    """Return the canonical texts of a date of birth; there are two if the date can be read in two
    ways.
    """
    from resolver.errors import DateError
    from resolver.lists.text.list_dates import DateOrder
    from resolver.values.calendars import FIRST_YEAR, LAST_YEAR
    from resolver.values.dates import date_readings

    try:
        dates = date_readings(text, day_first=DateOrder().day_first(text))
    except DateError as error:
        hint = "write it as far as it is known: 1962, 1962-05, 1962-05-01, 'circa 1962', '1341 SH'"
        raise DateError(f"--birth-date: {error.message}", hint=hint) from None
    date = dates[0]
    if len(dates) > 1:
        click.echo(f"note: {text} may be {dates[0]} or {dates[1]}; both are compared", err=True)
    if FIRST_YEAR <= date.year <= LAST_YEAR:
        corrected = f"'{date.year} AH' or '{date.year} SH'"
        click.echo(
            f"note: {date.year} is read as a Gregorian year; for another calendar, "
            f"write {corrected}",
            err=True,
        )
    return list(map(str, dates))


def _log_check(
    url: str, name: str, result: ScreeningResult, linked: list[str], options: dict[str, Any]
) -> None:
    """Log the query, and the records and linked entities that will be shown. Raises
    `StoreError`.
    """
    keys = ("birth_date", "nationality", "country", "passport", "reference")
    stated = {key: options[key] for key in keys}
    kind = next(iter(options["kinds"]), None)
    shown = [record_id for match in result.matches for record_id in match.records]
    links = {"links": linked} if linked else {}
    log_records_at(url, len(shown), name=name, kind=kind, **stated, candidates=shown, **links)


def _answer(name: str, query: SubmittedRecord, result: ScreeningResult) -> dict[str, Any]:
    """Return the answer as JSON."""
    answer: dict[str, Any] = {
        "query": name,
        "results": list(map(_match_to_json, result.matches)),
        "total": result.total,
        "complete": result.is_complete,
    }
    if result.advice:
        answer["advice"] = result.advice
    return {**answer, "warnings": list(query.omissions)} if query.omissions else answer


def _match_to_json(match: ScreeningMatch) -> dict[str, object]:
    explanation = explanation_to_json(match.why)
    return {
        "id": match.records[0],
        "caption": match.entity["caption"],
        "summary": explanation["summary"],
        "score": match.score,
        "name_similarity": match.name_similarity,
        **{key: explanation[key] for key in ("band", "logodds", "evidence", "notes")},
        "entity": match.entity["id"],
        "records": list(match.records),
    }


def _describe(match: ScreeningMatch) -> str:
    """Return a candidate in lines: the name by which it was found, the evidence that weighs most,
    and its records.
    """
    from resolver.records.results.explanation import POPULATION_ROWS, summarize_evidence

    explanation, caption = match.why, match.entity["caption"]
    evidence = [row for row in explanation.rows if row.name not in POPULATION_ROWS]
    heaviest = sorted(
        (row for row in evidence if row.weight), key=lambda row: (-abs(row.weight), row.name)
    )[:_MAX_REASONS]
    # competition is no evidence about the candidate, but may explain more than everything else
    competition = [row for row in explanation.rows if row.name == _COMPETITION]
    reasons = ", ".join(f"{row.name} {row.weight / 1000:+.1f}" for row in [*heaviest, *competition])
    if competition:
        reasons += f" ({competition[0].help.rstrip('.').lower()})"
    names = (row.right for row in evidence if row.name.startswith("name") and row.right)
    matched_name = next(names, caption)
    alias = f" (as {matched_name})" if matched_name != caption else ""
    similarity = match.name_similarity
    names_text = "" if similarity is None else f"names {similarity:.2f}  "
    first, *others = match.records
    lines = [
        f"{match.score:.4f}  {explanation.band.label:<7} {names_text}{first}  {caption}{alias}",
        summarize_evidence(explanation),
        reasons,
    ]
    if others:
        more = ", …" if len(others) > _MAX_OTHERS else ""
        ids = ", ".join(others[:_MAX_OTHERS])
        lines.append(
            f"{pluralize(len(others), 'more record')} of {match.entity['id']}: {ids}{more}"
        )
    return "\n        ".join(lines)


_SEARCH_HELP = """Search a store for TEXT: words of names, a number, a telephone, a place or an id,
in any script. The best come first, as in `GET /search`.

\b
Examples:
  resolver search "vektor trading" --store sqlite:///hub.db
  resolver search "B33735989" --store sqlite:///hub.db --json
  resolver search putin --store sqlite:///hub.db --sort changed:desc
"""


@click.command("search", help=_SEARCH_HELP)
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
def search_command(
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
        click.echo("\n".join(map(_search_describe, entities)))
        if total > len(entities):
            click.echo(f"{total:,} found; show more with --limit")
    else:
        click.echo(f"Nothing in the store states {text or 'anything'}.")


def _parse_orders(words: tuple[str, ...]) -> list[SortOrder]:
    from resolver.check.result_page import parse_sort_order

    try:
        return [parse_sort_order(word) for word in words]
    except ValueError as error:
        raise UsageError(str(error), hint="add --sort again for each further key") from None


def _search(
    url: str, settings: Settings, text: str, orders: list[SortOrder], limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the first entities that state a text, as operators may see them, and their number."""
    from resolver.check import entity_reader
    from resolver.check.result_page import read_page
    from resolver.check.screener import Screener
    from resolver.check.term_search import SearchScope
    from resolver.cli.arguments import open_hub
    from resolver.records.visibility import OPERATOR

    with open_hub(url, settings) as hub:
        screener = Screener(hub)
        entity_id = entity_reader.find_typed_id(hub, text, OPERATOR)
        results = screener.search(text, SearchScope(OPERATOR), entity_id)
        return read_page(results, orders, 0, limit, hub), len(results)


def _search_describe(entity: dict[str, Any]) -> str:
    """Return an entity in one line: relevance, id, caption, lists."""
    lists = ", ".join(entity["datasets"])
    return f"{entity['score']:.2f}  {entity['id']}  {entity['caption']}  ({lists})"
