"""`resolver comparators`: what is compared, and what brings records together to be compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from resolver.cli.options import json_option

if TYPE_CHECKING:
    from resolver.engines.table_rows import ComparatorRow, RuleRow

PAGE = """# What is compared

Two records are compared by every comparator of their kind; each gives a likeness from 0 to 1, or nothing where either
side says nothing (missing is not contradicting). The model gives each likeness a weight, and the weights add up to the
score: `resolver explain A B FILE…` shows them, under the names below.

This page is made by `resolver comparators --markdown`.

| comparator | of | what it says | looks at |
|---|---|---|---|
"""
RULES = """
# What brings records together

Not every record is compared with every other: two meet where a rule gives them the same key. The plan, chosen by the
number of records, says which rules hold: XS and S up to 100 thousand, M to 2 million, L beyond. Behind a plan's name
stands what must agree besides, where the rule alone would join too many.

| rule | of | joins records with | plans |
|---|---|---|---|
"""


@click.command("comparators")
@click.option("--markdown", is_flag=True, help="Print the page docs/comparators.md.")
@json_option
def command(*, markdown: bool, as_json: bool) -> None:
    """List what is compared, and the rules that bring records together.

    \b
    Examples:
      resolver comparators
      resolver comparators --json
    """
    from resolver.engines.table_rows import comparators, rules

    compared, joined = comparators(), rules()
    if markdown:
        click.echo(page(compared, joined), nl=False)
    elif as_json:
        told = {
            "comparators": [asdict(row) for row in compared],
            "rules": [asdict(row) for row in joined],
        }
        click.echo(json.dumps(told, indent=2))
    else:
        _listed("Comparators", compared)
        click.echo("")
        _listed("Blocking rules", joined)


def _listed(title: str, rows: Sequence[ComparatorRow | RuleRow]) -> None:
    width = max(len(row.name) for row in rows)
    click.echo(f"{title}:")
    for row in rows:
        click.echo(f"  {row.name:<{width}}  {row.help}")


def page(compared: Sequence[ComparatorRow], joined: Sequence[RuleRow]) -> str:
    """The text of docs/comparators.md."""
    first = [
        f"| `{row.name}` | {', '.join(row.kinds)} | {row.help} | {row.looks_at} |\n"
        for row in compared
    ]
    second = [
        f"| `{row.name}` | {', '.join(row.kinds)} | {row.help} | {_plans(row)} |\n"
        for row in joined
    ]
    return PAGE + "".join(first) + RULES + "".join(second)


def _plans(row: RuleRow) -> str:
    return ", ".join(f"{plan} ({besides})" if besides else plan for plan, besides in row.plans)
