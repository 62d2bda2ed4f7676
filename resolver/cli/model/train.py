"""Command `resolver train`: fit a model on lists and judged pairs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from resolver.cli.model import learning
from resolver.cli.model.list_training import train_checks, train_on_lists
from resolver.cli.options import LIST_PATH, PATH, costs_option, model_option, reading_options
from resolver.errors import UsageError
from resolver.settings import Settings

_HELP = """Fit a model on the lists FILE... and, if given, on pairs judged by humans or on labeled
clusters.

--unlabelled finds weights that separate matches from other pairs (Fellegi-Sunter model, by
expectation-maximization): for the files you want to resolve, with at least a few hundred
records. Give --to as you would to link them.

--from-store without lists corrects the current model (that of --model) by the decisions of a
store. Held-out decisions determine how far; if it is no better on them, nothing is written.
With lists, decisions are used in addition to them.

Lists teach by the aliases in their entries: each entry of a list that is free of duplicates
becomes two resampled entries. PAIRS.csv has record ids of the lists; label is match or
distinct. DIR gets the weights as JSON, the tables of name frequencies (those of --model unless
--new-tables), card.md with cross-validated figures, fairness.json with error rates by name
culture on invented pairs, and calibration.json with the share of true pairs by score in invented
populations of several sizes.

--checks-only asks names against FILE... and against generated worlds: as they are written, with
slips, and names of strangers. From these it learns what a name says in a check, where mostly
strangers are asked; `checks.json` holds it.

--clusters says which records are the same. If there are enough, no invented records are added.

--wrong-merge-costs sets the bands that the error rates in fairness.json refer to; a model
itself has none, so that each run may set its own.

\b
Examples:
  resolver train people.csv --clusters truth.csv --out mymodel
  resolver train sdn.csv consolidated.xml --judged pairs.csv --out mymodel
  resolver train people.csv --mapping people.yml --unlabelled --out mymodel
  resolver train --from-store sqlite:///hub.db --out newmodel
  resolver dedupe lists/ --model mymodel --out result
"""


@click.command("train", help=_HELP)
@click.argument("files", nargs=-1, type=LIST_PATH, metavar="[FILE...]")
@click.option(
    "--from-store",
    "store_url",
    metavar="URL",
    help="Learn from the decisions of stewards in this store.",
)
@click.option(
    "--judged",
    type=PATH,
    multiple=True,
    metavar="PAIRS.csv",
    help="Pairs judged by humans: left,right,label. May be given several times.",
)
@click.option(
    "--clusters",
    type=PATH,
    metavar="FILE",
    help="Records known to be the same (CSV or Parquet: id,cluster).",
)
@click.option(
    "--cluster-columns",
    metavar="ID,CLUSTER",
    help="Names of the two columns of --clusters, if different.",
)
@click.option("--unlabelled", is_flag=True, help="Learn from FILE... without labels (see above).")
@click.option(
    "--to",
    "others",
    type=PATH,
    multiple=True,
    metavar="RIGHT",
    help="With --unlabelled: compare FILE... with these lists only.",
)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Folder for the model; created if missing.",
)
@click.option(
    "--new-tables",
    is_flag=True,
    help="Count common names in FILE... (needs many records).",
)
@click.option(
    "--worlds/--no-worlds",
    default=True,
    show_default=True,
    help="Learn from invented records as well (slower).",
)
@click.option(
    "--probes/--no-probes",
    default=True,
    show_default=True,
    help="Measure fairness and calibration as well (minutes).",
)
@click.option(
    "--left-out",
    is_flag=True,
    help="Measure each set of pairs by a model of the others as well (takes as many fits).",
)
@click.option(
    "--checks-only",
    is_flag=True,
    help="Fit only what checks say of names; the rest is copied from the model of --model.",
)
@click.option("--version", metavar="NAME", help="Version of the model (default: year and month).")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=7,
    show_default=True,
    help="Random seed; the same seed gives the same model.",
)
@costs_option
@model_option
@reading_options
@click.pass_obj
def command(settings: Settings, /, files: tuple[Path, ...], out: Path, **options: Any) -> None:
    """Run `resolver train`."""
    _check_options(options, files)
    base = options["model_dir"] or settings.model_dir
    version = options["version"] or f"{datetime.datetime.now(tz=datetime.UTC):%Y.%m}"
    if options["checks_only"]:
        train_checks(options, files, out, base)
    elif files:
        train_on_lists(settings, options, files, out, base, version)
    else:
        learning.train_from_store(settings, options, out, base, version)


_OPTIONS_OF_LISTS = ("judged", "clusters", "others", "new_tables", "left_out")
_OPTIONS_OF_LABELS = ("judged", "clusters", "store_url", "left_out")
"""Options that need lists, and those that need labels."""


def _check_options(options: Mapping[str, Any], files: tuple[Path, ...]) -> None:
    if not files and not options["store_url"]:
        raise UsageError(
            "there is nothing to learn from",
            hint="name lists FILE..., or a store with --from-store",
        )
    for name in () if files else _OPTIONS_OF_LISTS:
        if options[name]:
            word = "to" if name == "others" else name.replace("_", "-")
            raise UsageError(f"--{word} goes with lists", hint="name them as FILE...")
    if options["checks_only"] and (options["unlabelled"] or options["store_url"]):
        raise UsageError(
            "--checks-only learns from names asked against lists",
            hint="name lists FILE..., without --unlabelled and --from-store",
        )
    if options["unlabelled"] and any(options[name] for name in _OPTIONS_OF_LABELS):
        raise UsageError(
            "--unlabelled learns without labels",
            hint="leave out --judged, --clusters, --from-store and --left-out, or --unlabelled",
        )
    if options["cluster_columns"] and not options["clusters"]:
        raise UsageError("--cluster-columns goes with --clusters", hint="name the file with them")
    if options["others"] and not options["unlabelled"]:
        raise UsageError("--to goes with --unlabelled", hint="give all lists as FILE...")
