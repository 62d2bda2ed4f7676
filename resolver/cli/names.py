"""`resolver names`: scores of names alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from resolver.cli.options import PATH, model_option, run_options
from resolver.cli.score import shown
from resolver.cli.sheets import Table, check_writable, read_table, write_table
from resolver.errors import InputError
from resolver.settings import Settings

_COLUMNS = ("schema", "name1", "name2")


@click.command("names")
@click.argument("cases", type=PATH, metavar="CASES.csv")
@click.option("--out", type=PATH, required=True, metavar="OUT.csv", help="Where to write the scores; - for here.")
@model_option
@click.pass_obj
def command(settings: Settings, /, cases: Path, out: Path, **options: Any) -> None:
    """Score the pairs of names in CASES.csv, as if each were all that a record says.

    Columns: schema (Person, Company, Organization, Vessel ...: FollowTheMoney's words), name1, name2. OUT.csv holds the
    same rows in the same order, with score and band added.

    \b
    Example:
      printf 'schema,name1,name2\\nPerson,Ivan Petrov,Petrov Iwan\\n' > cases.csv
      resolver names cases.csv --out -
    """
    table = read_table(cases, _COLUMNS)
    _check(table)
    check_writable(out)
    from resolver.pipeline import score_names

    schemas, names1, names2 = (table.column(name) for name in _COLUMNS)
    answers = score_names(schemas, names1, names2, run_options(settings, options))
    kept = tuple(name for name in table.columns if name not in ("score", "band"))
    rows = (
        [*(row.cells[name] for name in kept), *shown(answer)] for row, answer in zip(table.rows, answers, strict=True)
    )
    write_table(out, (*kept, "score", "band"), rows)


def _check(table: Table) -> None:
    from resolver.records import kind_of_schema

    for row in table.rows:
        if kind_of_schema(row.cells["schema"]) is None:
            raise InputError(
                f"schema {row.cells['schema'][:40]!r} is no person, group or asset",
                where=table.where(row),
                mend="write Person, Company, Organization, LegalEntity, Vessel or Airplane",
            )
