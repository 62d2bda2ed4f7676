"""`resolver sample`: the pairs of lists that are worth a steward's minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.csv_tables import check_writable, write_table
from resolver.cli.list_arguments import declared, read
from resolver.cli.options import (
    PATH,
    Reading,
    files_argument,
    reading_options,
    run_options,
    running_options,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.record_ids import must_exist
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.records import Record
    from resolver.training.data.active_sample import Picked

COLUMNS = ("left", "right", "label", "score", "band", "chosen")
_SHOWN = {
    "name": ("name", "alias", "firstName", "lastName"),
    "born": ("birthDate", "incorporationDate"),
    "place": ("birthPlace",),
    "country": ("nationality", "country"),
}
_MOST = 3


@click.command("sample")
@files_argument
@click.option(
    "--out", type=PATH, required=True, metavar="CSV", help="Where to write the pairs; - for here."
)
@click.option(
    "--pairs",
    "count",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="How many pairs.",
)
@click.option(
    "--judged",
    type=PATH,
    metavar="PAIRS.csv",
    help="Pairs judged already, which are not asked again.",
)
@running_options
@reading_options
@click.pass_obj
def command(
    settings: Settings, /, files: tuple[Path, ...], out: Path, count: int, **options: Any
) -> None:
    """Pick the pairs of the lists FILE... whose judgement teaches a model most.

    Half of them are pairs that the model is unsure of, no fifty of one pattern; the others are drawn by chance, lest it
    forget the plain ones. CSV has left,right,label and what the two records say; write match or distinct into the
    column label, delete the rows that you cannot tell, and give the file to `resolver train --judged`.

    \b
    Examples:
      resolver sample sdn.csv consolidated.xml --pairs 50 --out pairs.csv
      resolver train sdn.csv consolidated.xml --judged pairs.csv --out mymodel
      resolver sample lists/ --judged pairs.csv --model mymodel --out more.csv
    """
    reading = Reading.take(options)
    check_writable(out)
    must_exist(options["judged"])
    known = _judged(options["judged"])
    with Bars(verbose=reading.verbose) as bars:
        intake = read(files, reading, bars)
        from resolver.training.data.active_sample import sample

        bars.start("compare")
        picked = sample(
            intake.batch, run_options(settings, options), count, declared(intake), known
        )
    write_table(
        out,
        (*COLUMNS, *(f"{side}_{name}" for name in _SHOWN for side in ("left", "right"))),
        _rows(picked, intake),
    )
    if len(picked) < count:
        click.echo(f"note: there are no more than {len(picked)} pairs to ask about", err=True)


def _judged(path: Path | None) -> set[tuple[str, str]]:
    if path is None:
        return set()
    from resolver.training.data.labeled_pairs import read_judgements

    return {(min(one.left, one.right), max(one.left, one.right)) for one in read_judgements(path)}


def _rows(picked: list[Picked], intake: Intake) -> list[list[str]]:
    import numpy as np

    place = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    wanted = sorted({place[identity] for one in picked for identity in (one.left_id, one.right_id)})
    records = {
        record.id: record
        for record in intake.batch.take(np.array(wanted, dtype=np.int64)).to_records()
    }
    rows = []
    for one in picked:
        left, right = records[one.left_id], records[one.right_id]
        said = [_said(record, props) for props in _SHOWN.values() for record in (left, right)]
        chosen = "by chance" if one.drawn else "unsure"
        rows.append(
            [one.left_id, one.right_id, "", f"{one.score:.6f}", one.band.label, chosen, *said]
        )
    return rows


def _said(record: Record, props: tuple[str, ...]) -> str:
    """What a record says of something, up to a few values."""
    texts = list(dict.fromkeys(record.texts(*props)))
    return " | ".join(texts[:_MOST]) + (" | …" if len(texts) > _MOST else "")
