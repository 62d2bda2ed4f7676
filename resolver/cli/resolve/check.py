"""`resolver check`: one name looked up in lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.list_arguments import read
from resolver.cli.options import (
    PATH,
    Reading,
    json_option,
    reading_options,
    run_options,
    running_options,
    store_option,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.resolve.explain import plain
from resolver.errors import UsageError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.pipeline import RunOptions
    from resolver.records import Record
    from resolver.records.results.explanation import EvidenceRow, Explanation

_SOURCE = "query"
_QUERY = f"{_SOURCE}:1"
_REASONS = 4
_NO_EVIDENCE = ("prior", "calibration")


@click.command("check")
@click.argument("name")
@click.option(
    "--list", "files", type=PATH, multiple=True, metavar="FILE", help="List or folder; repeatable."
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
    help="Candidates at most.",
)
@running_options
@reading_options
@json_option
@click.pass_obj
def command(
    settings: Settings, /, name: str, files: tuple[Path, ...], limit: int, **options: Any
) -> None:
    """Look NAME up: who in the lists may this be, best first, and why.

    \b
    Examples:
      resolver check "Ivan Petrov" --list sdn.csv
      resolver check "Ivan Petrov" --birth-date 1962 --nationality ru --list lists/ --json
      resolver check "Vektor Trading LLC" --kind group --store sqlite:///hub.db
    """
    url = options["store_url"]
    if bool(files) == bool(url):
        raise UsageError(
            "check needs lists or a store to look in",
            mend="add --list FILE, once for each, or --store URL",
        )
    reading = Reading.take(options)
    query = _query(name, options)
    with Bars(verbose=reading.verbose) as bars:
        if url:
            intake, running = _near(url, query, settings, options)
        else:
            intake, running = read(files, reading, bars), run_options(settings, options)
        found = _candidates(query, intake, running, limit, bars)
    captions = _captions(intake, [_of(one) for one in found])
    if options["as_json"]:
        rows = [{"id": _of(one), "caption": captions[_of(one)], **_answer(one)} for one in found]
        click.echo(json.dumps({"query": name, "results": rows}, ensure_ascii=False))
    elif found:
        click.echo("\n".join(_text(one, captions[_of(one)]) for one in found))
    else:
        where = "the store" if url else f"{len(intake.batch):,} records"
        click.echo(f"Nobody in {where} may be {name}.")


def _query(name: str, options: dict[str, Any]) -> Record:
    from resolver.records import DEFAULT_SCHEMA, KIND_BY_LABEL, Identifier, Kind, Record, Value

    kind = KIND_BY_LABEL[options["kind"] or "legal"]
    if not name.strip():
        raise UsageError("the name is empty", mend="write the name in quotes")
    said = [Value("name", name)]
    if options["birth_date"]:
        said.append(Value("birthDate", _date(options["birth_date"])))
    country = "nationality" if kind is Kind.PERSON else "country"
    said += [Value(country, text) for text in options["nationality"]]
    passports = tuple(Identifier("passportNumber", number) for number in options["passport"])
    return Record(_QUERY, _SOURCE, kind, DEFAULT_SCHEMA[kind], tuple(said), passports)


def _date(text: str) -> str:
    """The canonical text of a date of birth as it was given."""
    from resolver.errors import DateError
    from resolver.records import parse_date
    from resolver.records.calendars import FIRST_YEAR, LAST_YEAR

    try:
        date = parse_date(text)
    except DateError as error:
        mend = "write it as far as it is known: 1962, 1962-05, 1962-05-01, 'circa 1962', '1341 SH'"
        raise DateError(f"--birth-date: {error.what}", mend=mend) from None
    if FIRST_YEAR <= date.year <= LAST_YEAR:
        other = f"'{date.year} AH' or '{date.year} SH'"
        click.echo(
            f"note: {date.year} is taken for a year of ours; of another calendar, write {other}",
            err=True,
        )
    return str(date)


def _near(
    url: str, query: Record, settings: Settings, options: dict[str, Any]
) -> tuple[Intake, RunOptions]:
    """The records of a store that may be meant, and how it was resolved."""
    from resolver.cli.store_arguments import open_hub
    from resolver.hub.stored_results import near
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch

    with open_hub(url, settings, model_dir=options["model_dir"]) as hub, hub.store.view() as view:
        running = hub.options_of(view.head)
        return Intake(near(hub, Batch.from_records([query]).canonical()), (), ()), running


def _candidates(
    query: Record, intake: Intake, running: RunOptions, limit: int, bars: Bars
) -> list[Explanation]:
    """The records that the query may be, best first (ties by id), each with its evidence."""
    from resolver.engines.local import link
    from resolver.engines.pair_explanation import explain
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch

    asked = Intake(Batch.from_records([query]).canonical(), (), ())
    resolution = link(asked, intake, running, bars)
    ids = resolution.batch.ids.to_pylist()
    pairs = zip(
        resolution.links.left.tolist(),
        resolution.links.right.tolist(),
        resolution.links.score,
        strict=True,
    )
    ranked = sorted(
        (-float(score), ids[right] if ids[left] == query.id else ids[left])
        for left, right, score in pairs
    )
    return [
        explain(resolution.batch, query.id, identity, running) for _, identity in ranked[:limit]
    ]


def _of(one: Explanation) -> str:
    """The record that an explanation holds beside the query."""
    return one.left_id if one.right_id == _QUERY else one.right_id


def _captions(intake: Intake, ids: list[str]) -> dict[str, str]:
    import numpy as np

    place = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    rows = np.array([place[identity] for identity in ids], dtype=np.int64)
    return {record.id: record.caption for record in intake.batch.take(rows).to_records()}


def _answer(one: Explanation) -> dict[str, object]:
    answer = plain(one)
    return {key: answer[key] for key in ("score", "band", "logodds", "evidence", "notes")}


def _text(one: Explanation, caption: str) -> str:
    """A candidate, the name it was found by, and the heaviest of its evidence."""
    said = [row for row in one.rows if row.name not in _NO_EVIDENCE]
    heaviest = sorted(
        (row for row in said if row.weight), key=lambda row: (-abs(row.weight), row.name)
    )[:_REASONS]
    reasons = ", ".join(f"{row.name} {row.weight / 1000:+.1f}" for row in heaviest)
    found_by = next(
        (_other(one, row) for row in said if row.name.startswith("name") and _other(one, row)), ""
    )
    alias = f" (as {found_by})" if found_by not in ("", caption) else ""
    return f"{one.score:.4f}  {one.band.label:<7} {_of(one)}  {caption}{alias}\n        {reasons}"


def _other(one: Explanation, row: EvidenceRow) -> str:
    return row.left if one.right_id == _QUERY else row.right
