"""Command `resolver names`: score pairs of names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from resolver.cli.csv_tables import (
    CsvTable,
    check_writable,
    read_csv_table,
    write_csv_table,
)
from resolver.cli.options import PATH, model_option, run_options
from resolver.cli.resolve.score import format_score
from resolver.settings import Settings

_COLUMNS = ("schema", "name1", "name2")
_PERSON_OR_GROUP = "LegalEntity"


_HELP = """Score the pairs of names in CASES.csv, as records that have a name only.

Columns: schema (Person, Company, Organization, Vessel ... of FollowTheMoney, in any case; empty
for a person or a group), name1, name2. OUT.csv has the same rows in the same order, with score
and band added.

\b
Example:
  printf 'schema,name1,name2\\nPerson,Ivan Petrov,Petrov Iwan\\n' > cases.csv
  resolver names cases.csv --out -
"""


@click.command("names", help=_HELP)
@click.argument("cases", type=PATH, metavar="CASES.csv")
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="OUT.csv",
    help="File for the scores; - is standard output.",
)
@model_option
@click.pass_obj
def command(settings: Settings, /, cases: Path, out: Path, **options: Any) -> None:
    """Run `resolver names`."""
    table = read_csv_table(cases, _COLUMNS)
    check_writable(out)
    from resolver.engines.record_pairs import score_names

    names1, names2 = (table.column(name) for name in _COLUMNS[1:])
    _note_empty_names(table)
    answers = score_names(_schemas(table), names1, names2, run_options(settings, options))
    columns = tuple(name for name in table.columns if name not in ("score", "band"))
    rows = (
        [*(row.cells[name] for name in columns), *format_score(answer)]
        for row, answer in zip(table.rows, answers, strict=True)
    )
    write_csv_table(out, (*columns, "score", "band"), rows)


def _note_empty_names(table: CsvTable) -> None:
    """Say on standard error which rows lack a name."""
    places = [
        table.place_of(row)
        for row in table.rows
        if not all(row.cells[name].strip() for name in _COLUMNS[1:])
    ]
    if places:
        click.echo(
            f"note: {_first_of(places)}: a name is empty; nothing is compared, so that the score"
            " is that of even odds, 0.5",
            err=True,
        )


def _first_of(places: Sequence[str]) -> str:
    """Return the first of some places, and how many more there are."""
    return places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1:,} more"


def _schemas(table: CsvTable) -> list[str]:
    """Return the schema of each row; unknown ones count as LegalEntity, with a note."""
    from resolver.records.kinds import schema_from_word

    unknown: dict[str, list[str]] = {}
    schemas = []
    for row in table.rows:
        name = row.cells["schema"].strip()
        schema = schema_from_word(name) if name else _PERSON_OR_GROUP
        if schema is None:
            unknown.setdefault(name, []).append(table.place_of(row))
        schemas.append(schema or _PERSON_OR_GROUP)
    for name, places in unknown.items():
        place, effect = _first_of(places), f"compared as {_PERSON_OR_GROUP}"
        click.echo(f"note: {place}: no schema is called {name[:40]!r}; {effect}", err=True)
    return schemas
