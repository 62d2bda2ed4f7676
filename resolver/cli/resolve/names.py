"""`resolver names`: scores of names alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from resolver.cli.csv_tables import (
    Table,
    check_writable,
    read_table,
    write_table,
)
from resolver.cli.options import PATH, model_option, run_options
from resolver.cli.resolve.score import shown
from resolver.settings import Settings

_COLUMNS = ("schema", "name1", "name2")
_EITHER = "LegalEntity"


@click.command("names")
@click.argument("cases", type=PATH, metavar="CASES.csv")
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="OUT.csv",
    help="Where to write the scores; - for here.",
)
@model_option
@click.pass_obj
def command(settings: Settings, /, cases: Path, out: Path, **options: Any) -> None:
    """Score the pairs of names in CASES.csv, as if each were all that a record says.

    Columns: schema (Person, Company, Organization, Vessel ...: FollowTheMoney's words, in whatever capitals; empty
    where it may be a person or a group), name1, name2. OUT.csv holds the same rows in the same order, with score and
    band added.

    \b
    Example:
      printf 'schema,name1,name2\\nPerson,Ivan Petrov,Petrov Iwan\\n' > cases.csv
      resolver names cases.csv --out -
    """
    table = read_table(cases, _COLUMNS)
    check_writable(out)
    from resolver.pipeline import score_names

    names1, names2 = (table.column(name) for name in _COLUMNS[1:])
    answers = score_names(_schemas(table), names1, names2, run_options(settings, options))
    kept = tuple(name for name in table.columns if name not in ("score", "band"))
    rows = (
        [*(row.cells[name] for name in kept), *shown(answer)]
        for row, answer in zip(table.rows, answers, strict=True)
    )
    write_table(out, (*kept, "score", "band"), rows)


def _schemas(table: Table) -> list[str]:
    """The schema of each row as FollowTheMoney writes it. A word that is none of its is taken for a LegalEntity (a
    person or a group), and a note tells of it."""
    from resolver.records.kinds import schema_named

    unknown: dict[str, list[str]] = {}
    found = []
    for row in table.rows:
        word = row.cells["schema"].strip()
        schema = schema_named(word) if word else _EITHER
        if schema is None:
            unknown.setdefault(word, []).append(table.where(row))
        found.append(schema or _EITHER)
    for word, places in unknown.items():
        more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
        click.echo(
            f"note: {places[0]}{more}: no schema is called {word[:40]!r}; compared as {_EITHER}",
            err=True,
        )
    return found
