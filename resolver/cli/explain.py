"""`resolver explain`: the sum of evidence behind one score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.bars import Bars
from resolver.cli.lists import declared, read
from resolver.cli.options import Reading, files_argument, json_option, reading_options, run_options, running_options
from resolver.errors import InputError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.records.resolution import EvidenceRow, Explanation

_WIDTH = 34


@click.command("explain")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@files_argument
@running_options
@reading_options
@json_option
@click.pass_obj
def command(settings: Settings, /, left: str, right: str, files: tuple[Path, ...], **options: Any) -> None:
    """Show why the records A and B of the lists FILE... got their score: so much for this, so much against for that.

    \b
    Examples:
      resolver explain us-ofac-sdn:7160 un-sc:111298 sdn.csv consolidated.xml
      resolver explain us-ofac-sdn:7160 un-sc:111298 lists/ --json
    """
    reading = Reading.take(options)
    with Bars(verbose=reading.verbose) as bars:
        intake = read(files, reading, bars)
        known = set(intake.batch.ids.to_pylist())
        for identity in (left, right):
            if identity not in known:
                raise InputError(
                    f"there is no record {identity!r} in the lists",
                    mend="name the lists that hold it; ids are <source>:<id>, as in entities.csv",
                )
        from resolver.pipeline import explain

        explanation = explain(intake.batch, left, right, run_options(settings, options), declared(intake))
    click.echo(json.dumps(plain(explanation), ensure_ascii=False) if options["as_json"] else text(explanation))


def plain(explanation: Explanation) -> dict[str, object]:
    """An explanation as JSON. Weights and their sum are log-odds."""
    return {
        "left": explanation.left_id,
        "right": explanation.right_id,
        "score": round(explanation.score, 6),
        "band": explanation.band.label,
        "logodds": explanation.logodds / 1000,
        "evidence": [
            {
                "name": row.name,
                "left": row.left,
                "right": row.right,
                "similarity": row.similarity,
                "weight": row.weight / 1000,
                "detail": row.detail,
            }
            for row in explanation.rows
        ],
        "notes": list(explanation.notes),
    }


def text(explanation: Explanation) -> str:
    """An explanation as lines for a person; what said nothing is left out, the rest adds up."""
    lines = [
        f"{explanation.left_id} and {explanation.right_id}: {explanation.score:.4f} ({explanation.band.label})",
        "",
        *(_line(row) for row in explanation.rows if row.weight or row.similarity is not None),
        f"{explanation.logodds / 1000:+8.2f}  sum, in log-odds",
    ]
    return "\n".join([*lines, *(f"note: {note}" for note in explanation.notes)])


def _line(row: EvidenceRow) -> str:
    values = f"{_cut(row.left)} | {_cut(row.right)}" if row.left or row.right else ""
    alike = "" if row.similarity is None else f"{row.similarity:.2f}"
    detail = f"  {row.detail}" if row.detail else ""
    return f"{row.weight / 1000:+8.2f}  {row.name:<22} {alike:>4}  {values}{detail}".rstrip()


def _cut(value: str) -> str:
    return value if len(value) <= _WIDTH else f"{value[: _WIDTH - 1]}…"
