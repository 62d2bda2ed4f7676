"""`resolver train`: a model fitted on lists and judged pairs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.list_arguments import read
from resolver.cli.model import fairness, learning
from resolver.cli.options import (
    PATH,
    Reading,
    costs_option,
    model_option,
    reading_options,
    run_options,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.record_ids import must_exist
from resolver.cli.run_results import prepare
from resolver.errors import InputError, UsageError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.records import Record
    from resolver.training.data.decided_pairs import Decided
    from resolver.training.data.labeled_clusters import Clusters
    from resolver.training.data.labeled_pairs import Judgement
    from resolver.training.train import Material, World

RICH_WORLD, NAMING_WORLD, DIFFERING = 40_000, 60_000, 22_000
FEW = 5_000
"""Records that are few beside what is invented."""
_FEW = "note: so few records are learnt from together with invented ones, which takes minutes (--no-worlds: without)"
SPELLED = 120
"""Invented persons of each culture whose names are spelled in every way."""


@click.command("train")
@click.argument("files", nargs=-1, type=PATH, metavar="[FILE...]")
@click.option(
    "--from-store",
    "store_url",
    metavar="URL",
    help="Learn from what stewards decided in this store.",
)
@click.option(
    "--judged", type=PATH, metavar="PAIRS.csv", help="Pairs judged by humans: left,right,label."
)
@click.option(
    "--clusters",
    type=PATH,
    metavar="FILE",
    help="Records known to be the same (CSV, Parquet: id,cluster).",
)
@click.option(
    "--cluster-columns",
    metavar="ID,CLUSTER",
    help="The two columns of --clusters, where they are named so.",
)
@click.option(
    "--unlabelled", is_flag=True, help="Learn from FILE... alone, without any label (see below)."
)
@click.option(
    "--to",
    "others",
    type=PATH,
    multiple=True,
    metavar="RIGHT",
    help="With --unlabelled: pairs across only.",
)
@click.option(
    "--out", type=PATH, required=True, metavar="DIR", help="Folder for the model (made if absent)."
)
@click.option(
    "--new-tables",
    is_flag=True,
    help="Count how common names are anew, in FILE... (needs many records).",
)
@click.option(
    "--worlds/--no-worlds",
    default=True,
    show_default=True,
    help="Learn from invented records too (slower).",
)
@click.option(
    "--probes/--no-probes", default=True, show_default=True, help="Measure fairness too (a minute)."
)
@click.option(
    "--version", "named", metavar="NAME", help="What to call the model (default: year and month)."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=7,
    show_default=True,
    help="The same seed, the same model.",
)
@costs_option
@model_option
@reading_options
@click.pass_obj
def command(settings: Settings, /, files: tuple[Path, ...], out: Path, **options: Any) -> None:
    """Fit a model on the lists FILE... and, if given, on pairs judged by humans or on labelled clusters.

    --unlabelled finds weights under which the records fall into matches and others (Fellegi-Sunter, by
    expectation-maximisation): for the files you mean to resolve, a few hundred records at least. Give --to as you
    would to link them.

    --from-store without lists corrects the model there is (that of --model) by the decisions of a store. Decisions held
    out say how far; where it does no better on them, nothing is written. With lists, decisions are learnt from beside
    them.

    Lists teach by the aliases inside their entries: each entry of a list that is free of duplicates is told twice.
    PAIRS.csv names record ids of the lists; label is match or distinct. DIR holds the weights as JSON, the tables of
    name frequencies (those of --model unless --new-tables), card.md with cross-validated figures, and
    fairness.json with error rates by name culture on invented pairs.

    --clusters says which records are the same. Where they are plenty, nothing invented is added.

    --wrong-merge-costs says for which bands the error rates in fairness.json hold; a model itself has none, so that
    each run may name its own.

    \b
    Examples:
      resolver train people.csv --clusters truth.csv --out mymodel
      resolver train sdn.csv consolidated.xml --judged pairs.csv --out mymodel
      resolver train people.csv --mapping people.yml --unlabelled --out mymodel
      resolver train --from-store sqlite:///hub.db --out newmodel
      resolver dedupe lists/ --model mymodel --out result
    """
    _agree(options, files)
    reading = Reading.take(options)
    base = options["model_dir"] or settings.model_dir
    named = options["named"] or f"{datetime.datetime.now(tz=datetime.UTC):%Y.%m}"
    if not files:
        learning.train(settings, options, out, base, named)
        return
    must_exist(options["judged"])
    must_exist(options["clusters"])
    prepare(out)
    with Bars(verbose=reading.verbose) as bars:
        intake = read(files, reading, bars)
        others = (
            read(options["others"], reading, bars, stage="read right")
            if options["others"]
            else None
        )
        from resolver.models import loader
        from resolver.training.model_files import CARD, save
        from resolver.training.train import fit_options, make_tables, train

        bars.start("compare")
        tables = make_tables([intake]) if options["new_tables"] else loader.load("tables", base)
        notes: list[str] = []
        if options["unlabelled"]:
            from resolver.training.fit.unlabeled import learn

            trained, without = learn(intake, others, tables, named, seed=options["seed"])
            notes += [f"{kind} is not learnt: {why}" for kind, why in without.items()]
        else:
            known = _clusters(options, intake, notes)
            decided, judgements = learning.said(options, known)
            _worth_it(intake, judgements, known, decided)
            if options["worlds"] and len(intake.batch) < FEW:
                click.echo(_FEW, err=True)
            worlds = (
                _worlds(options["seed"])
                if options["worlds"] and not (known and known.plenty)
                else []
            )
            material = _material(intake, judgements, known, tables, worlds, options["seed"])
            material = learning.joined(material, intake, judgements, decided, tables)
            bars.start("fit")
            trained = train(material, tables, named, fit_options(options["seed"]))
            if material.dropped:
                notes.append(
                    f"{material.dropped} judged pairs name records that are not in the lists"
                )
            notes += [
                f"left out: {count:,} judged pairs {why}"
                for why, count in material.quarantined.items()
            ]
        taken = save(trained, out, base)
        # a model of one's own files is no model of invented people
        if options["probes"] and not options["unlabelled"]:
            running = run_options(settings, {**options, "model_dir": out})
            fairness.measure_and_keep(out, base, running, bars)
    if taken:
        notes.append(f"nothing to learn for {', '.join(taken)}; taken over from the model before")
    for note in notes:
        click.echo(f"note: {note}", err=True)
    click.echo((out / CARD).read_text("utf-8"), nl=False)
    click.echo(f"\nModel: {out}")


def _agree(options: Mapping[str, Any], files: tuple[Path, ...]) -> None:
    if not files and not options["store_url"]:
        raise UsageError(
            "there is nothing to learn from",
            mend="name lists FILE..., or a store with --from-store",
        )
    for name in () if files else ("judged", "clusters", "others", "new_tables"):
        if options[name]:
            word = "to" if name == "others" else name.replace("_", "-")
            raise UsageError(f"--{word} goes with lists", mend="name them as FILE...")
    if options["unlabelled"] and (options["judged"] or options["clusters"] or options["store_url"]):
        raise UsageError(
            "--unlabelled learns without labels",
            mend="leave out --judged, --clusters and --from-store, or --unlabelled",
        )
    if options["cluster_columns"] and not options["clusters"]:
        raise UsageError(
            "--cluster-columns goes with --clusters", mend="name the file that holds them"
        )
    if options["others"] and not options["unlabelled"]:
        raise UsageError("--to goes with --unlabelled", mend="give all lists as FILE...")


def _worlds(seed: int) -> list[World]:
    """What is invented to learn from: a rich world as agencies hold it, and registers of people of another."""
    from resolver.records import Kind
    from resolver.synthetic import generate
    from resolver.training.train import World, register_worlds

    rich, other = generate(RICH_WORLD, seed=seed), generate(NAMING_WORLD, seed=seed + 1)
    people = [
        (one, other.cultures[other.truth[one.id]])
        for one in other.records
        if one.kind == Kind.PERSON
    ]
    return [World("world", rich.records, rich.truth, "S", 40_000), *register_worlds(people, seed)]


def _spellings(seed: int) -> list[tuple[str, ...]]:
    """The spellings of the names of some invented persons of every culture."""
    from resolver.synthetic import CULTURE_NAMES, name_variants

    return [names for culture in CULTURE_NAMES for names in name_variants(culture, SPELLED, seed)]


def _differing(seed: int) -> list[tuple[Record, Record, bool]]:
    """Invented pairs that differ in one thing; others than those on which fairness is measured."""
    from resolver.cli.model.fairness import PROBE_SEED
    from resolver.synthetic import probes

    other = seed if seed != PROBE_SEED else seed + 1
    return [(one.left, one.right, one.same) for one in probes(DIFFERING, other)]


def _clusters(options: Mapping[str, Any], intake: Intake, notes: list[str]) -> Clusters | None:
    """The labelled clusters; what they say that teaches nothing goes into `notes`."""
    path, columns = options["clusters"], (options["cluster_columns"] or "").split(",")
    if not path:
        return None
    if columns != [""] and len(columns) != 2:
        raise UsageError("--cluster-columns takes two names", mend="write ID,CLUSTER")
    from resolver.training.data.labeled_clusters import read_clusters, settle

    named = (columns[0].strip(), columns[1].strip()) if len(columns) == 2 else None
    found = settle(read_clusters(path, named), intake.batch.ids.to_pylist())
    notes += [f"left out: {count:,} rows {why}" for why, count in found.dropped.items()]
    return found


def _worth_it(
    intake: Intake, judgements: list[Judgement], known: Clusters | None, decided: Decided | None
) -> None:
    """Raise `InputError` before long work where nothing in the lists teaches anything: a model of invented records
    alone is no better than the one there is."""
    ids = set(intake.batch.ids.to_pylist())
    here = any(one.left in ids and one.right in ids for one in judgements)
    if here or (known and known.home) or decided is not None or intake.deduplicated_sources:
        return
    what = "there is nothing to learn from in these lists"
    if judgements:
        raise InputError(
            f"{what}: no judged pair has both its records in them",
            mend="name the lists that hold them",
        )
    if known:
        raise InputError(
            f"{what}: no labelled cluster holds two of their records", mend="ids are <source>:<id>"
        )
    raise InputError(
        f"{what}: no labels are given, and none of the lists says that it is free of duplicates",
        mend="add --judged, --clusters or --from-store; or --unlabelled, to learn without labels; or `deduplicated: "
        "true` in the mapping of lists whose entries are all different",
    )


def _material(
    intake: Intake,
    judgements: list[Judgement],
    known: Clusters | None,
    tables: Any,
    worlds: list[World],
    seed: int,
) -> Material:
    from resolver.training.train import gather

    invented: dict[str, Any] = {}
    if worlds:
        invented = {
            "spellings": _spellings(seed),
            "differing": _differing(seed),
            "stated": worlds[0].records,
        }
    material = gather(intake, judgements, tables, worlds, clusters=known, seed=seed, **invented)
    if not material.pairs:
        raise InputError(
            "there is nothing to learn from in these lists",
            mend="add --judged or --clusters, or lists that declare themselves free of duplicates and hold aliases",
        )
    return material
