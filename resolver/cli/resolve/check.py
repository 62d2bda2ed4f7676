"""Command `resolver check`: look up one name in lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_records_at
from resolver.cli.list_arguments import read_list_files
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
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.resolve.explain import explanation_to_json
from resolver.errors import UsageError
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.engines.query_candidates import Candidate, CandidateOptions
    from resolver.hub.hub import Hub
    from resolver.ingest.reader_types import Intake
    from resolver.records import Record
    from resolver.records.results.explanation import EvidenceRow, Explanation
    from resolver.run_options import RunOptions

_SOURCE = "query"
_QUERY = f"{_SOURCE}:1"
_MAX_REASONS, _MAX_OTHERS = 4, 5
_COMPETITION = "competition"


_HELP = """Look up NAME: list the records it may refer to, the best first, and why.

In a store, the records of an entity are listed once, by the one that fits best.

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
    "--kind", type=click.Choice(["person", "group", "asset"]), help="Default: person or group."
)
@click.option(
    "--birth-date", metavar="D", help="As far as known: 1962, 1962-05, 1962-05-01, 'circa 1962'."
)
@click.option("--nationality", metavar="C", multiple=True, help="Country name or code; repeatable.")
@click.option("--passport", metavar="NUMBER", multiple=True, help="Passport number; repeatable.")
@store_option()
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Maximum number of candidates.",
)
@listed_option
@running_options
@reading_options
@json_option
@click.pass_obj
def command(
    settings: Settings, /, name: str, files: tuple[Path, ...], limit: int, **options: Any
) -> None:
    """Run `resolver check`."""
    url = options["store_url"]
    if bool(files) == bool(url):
        hint = "add --list FILE for each list, or --store URL"
        raise UsageError("check needs lists or a store to search", hint=hint)
    reading = ReadingOptions.from_options(options)
    query = _query(name, options)
    with ProgressBars(verbose=reading.verbose) as bars:
        listed = settings.listed if options["listed"] is None else options["listed"]
        if url:
            intake, candidates = _load_candidates(url, query, settings, listed, options)
        else:
            intake = read_list_files(files, reading, bars)
            candidates = _list_candidates(intake, run_options(settings, options), listed)
        matches, count = _candidates(query, intake, candidates, limit, bars)
    if url:
        _log_check(url, name, matches, options)
    if options["as_json"]:
        _print_json(name, matches, intake)
    elif matches:
        _print_texts(matches, intake)
    else:
        place = "the store" if url else pluralize(len(intake.batch), "record")
        crowd = f": {count:,} fit alike; add what else is known, such as --birth-date"
        click.echo(f"No match for {name} in {place}{crowd if count else ''}.")


def _log_check(url: str, name: str, matches: list[Candidate], options: dict[str, Any]) -> None:
    """Log the query and the records that will be shown. Raises `StoreError`."""
    stated = {key: options[key] for key in ("kind", "birth_date", "nationality", "passport")}
    shown = [(_candidate_id(candidate.explanation), *candidate.others) for candidate in matches]
    candidates = [record_id for records in shown for record_id in records]
    log_records_at(url, len(candidates), name=name, **stated, candidates=candidates)


def _print_json(name: str, matches: list[Candidate], intake: Intake) -> None:
    captions = _captions(intake, matches)
    rows = [
        {
            "id": (record_id := _candidate_id(candidate.explanation)),
            "caption": captions[record_id],
            **_answer(candidate.explanation),
            **_entity_to_json(candidate, record_id),
        }
        for candidate in matches
    ]
    click.echo(json.dumps({"query": name, "results": rows}, ensure_ascii=False))


def _entity_to_json(candidate: Candidate, record_id: str) -> dict[str, object]:
    if not candidate.entity_id:
        return {}
    return {"entity": candidate.entity_id, "records": [record_id, *candidate.others]}


def _print_texts(matches: list[Candidate], intake: Intake) -> None:
    captions = _captions(intake, matches)
    for candidate in matches:
        explanation = candidate.explanation
        click.echo(_text(explanation, captions[_candidate_id(explanation)]))
        if candidate.others:
            others = pluralize(len(candidate.others), "more record")
            ids = ", ".join(candidate.others[:_MAX_OTHERS])
            more = ", …" if len(candidate.others) > _MAX_OTHERS else ""
            click.echo(f"        {others} of {candidate.entity_id}: {ids}{more}")


def _query(name: str, options: dict[str, Any]) -> Record:
    from resolver.records import DEFAULT_SCHEMA, KIND_BY_LABEL, Identifier, Kind, Record, Value

    kind = KIND_BY_LABEL[options["kind"] or "legal"]
    if not name.strip():
        raise UsageError("the name is empty", hint="write the name in quotes")
    names = [Value("name", name)]
    if options["birth_date"]:
        names += [Value("birthDate", date) for date in _dates(options["birth_date"])]
    country = "nationality" if kind is Kind.PERSON else "country"
    names += [Value(country, text) for text in options["nationality"]]
    passports = tuple(Identifier("passportNumber", number) for number in options["passport"])
    return Record(_QUERY, _SOURCE, kind, DEFAULT_SCHEMA[kind], tuple(names), passports)


def _dates(text: str) -> list[str]:
    """Return the canonical texts of a date of birth: two if it can be read both ways."""
    from resolver.errors import DateError
    from resolver.ingest.text.date_order import DateOrder
    from resolver.records import date_readings
    from resolver.records.calendars import FIRST_YEAR, LAST_YEAR

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


def _load_candidates(
    url: str, query: Record, settings: Settings, listed: float, options: dict[str, Any]
) -> tuple[Intake, CandidateOptions]:
    """Return the candidate records of a store, and how to compare them."""
    from resolver.cli.store_arguments import open_hub
    from resolver.engines.query_candidates import CandidateOptions
    from resolver.hub.populations.check_models import load_check_population
    from resolver.hub.stored_results import (
        find_entities,
        find_records_in_review,
        load_candidates,
    )
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch
    from resolver.records.record import kind_variants

    with open_hub(url, settings, model_dir=options["model_dir"]) as hub, hub.store.view() as view:
        # with the options that the store was resolved with
        running = hub.options_of(view.head)
        variants = [
            replace(variant, id=f"{query.id}.{place}")
            for place, variant in enumerate(kind_variants(query))
        ]
        batch = load_candidates(hub, Batch.from_records(variants).canonical())
        population = load_check_population(hub, listed)
        find_in_review, entities = (
            partial(_ask_store, find, url, settings, options)
            for find in (find_records_in_review, find_entities)
        )
        candidates = CandidateOptions(running, population, find_in_review, entities)
        return Intake(batch, (), ()), candidates


def _ask_store(
    find: Callable[[Hub, Sequence[str]], Any],
    url: str,
    settings: Settings,
    options: dict[str, Any],
    ids: Sequence[str],
) -> Any:
    """Return what a function finds of some records of a store."""
    from resolver.cli.store_arguments import open_hub

    with open_hub(url, settings, model_dir=options["model_dir"]) as hub:
        return find(hub, ids)


def _list_candidates(intake: Intake, running: RunOptions, listed: float) -> CandidateOptions:
    """Return how to compare the records of lists."""
    from resolver.engines.local import count_check_population
    from resolver.engines.query_candidates import CandidateOptions

    population = count_check_population(intake.batch, running, listed)
    return CandidateOptions(running, population, partial(_find_in_lists, intake, running))


def _find_in_lists(
    intake: Intake, running: RunOptions, ids: Sequence[str]
) -> list[tuple[str, str]]:
    """Return which of some records of lists would be one entity, or in review with each other."""
    from resolver.engines.query_candidates import resolve_candidates

    return resolve_candidates(intake.batch, ids, intake.deduplicated_sources, running)


def _candidates(
    query: Record, intake: Intake, options: CandidateOptions, limit: int, bars: ProgressBars
) -> tuple[list[Candidate], int]:
    """Return the best records that may match the query with evidence, best first (ties by id), and
    the number of all that fit by themselves.
    """
    from resolver.engines.local import link
    from resolver.engines.query_candidates import explain_candidates
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch
    from resolver.records.record import kind_variants

    resolutions = [
        link(
            Intake(Batch.from_records([variant]).canonical(), (), ()),
            intake,
            options.running,
            bars,
            options.population,
        )
        for variant in kind_variants(query)
    ]
    return explain_candidates(resolutions, query.id, options, limit)


def _candidate_id(explanation: Explanation) -> str:
    """Return the record of an explanation that is not the query."""
    return explanation.left_id if explanation.right_id == _QUERY else explanation.right_id


def _captions(intake: Intake, matches: list[Candidate]) -> dict[str, str]:
    import numpy as np

    ids = [_candidate_id(candidate.explanation) for candidate in matches]
    place = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    rows = np.array([place[identity] for identity in ids], dtype=np.int64)
    return {record.id: record.caption for record in intake.batch.take(rows).to_records()}


def _answer(explanation: Explanation) -> dict[str, object]:
    answer = explanation_to_json(explanation)
    return {
        key: answer[key] for key in ("summary", "score", "band", "logodds", "evidence", "notes")
    }


def _text(explanation: Explanation, caption: str) -> str:
    """Return a candidate, the name it was found by, and its strongest evidence."""
    from resolver.records.results.evidence_summary import summarize_evidence
    from resolver.records.results.explanation import POPULATION_ROWS

    evidence = [row for row in explanation.rows if row.name not in POPULATION_ROWS]
    heaviest = sorted(
        (row for row in evidence if row.weight), key=lambda row: (-abs(row.weight), row.name)
    )[:_MAX_REASONS]
    # competition is no evidence on the candidate, but may explain more than all the rest
    competition = [row for row in explanation.rows if row.name == _COMPETITION]
    reasons = ", ".join(f"{row.name} {row.weight / 1000:+.1f}" for row in [*heaviest, *competition])
    if competition:
        reasons += f" ({competition[0].help.rstrip('.').lower()})"
    matched_name = next(
        (
            _candidate_value(explanation, row)
            for row in evidence
            if row.name.startswith("name") and _candidate_value(explanation, row)
        ),
        "",
    )
    alias = f" (as {matched_name})" if matched_name not in ("", caption) else ""
    head = f"{explanation.score:.4f}  {explanation.band.label:<7} {_candidate_id(explanation)}"
    return f"{head}  {caption}{alias}\n        {summarize_evidence(explanation)}\n        {reasons}"


def _candidate_value(explanation: Explanation, row: EvidenceRow) -> str:
    return row.left if explanation.right_id == _QUERY else row.right
