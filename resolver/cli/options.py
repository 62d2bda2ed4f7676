"""Options that several commands share, and what they become."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.formats.tabular.mapping import Mapping
    from resolver.pipeline import RunOptions
    from resolver.records.decisions import Decision

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


class _Probability(click.FloatRange):
    """A number from 0 to 1; a percentage is refused with what to write instead."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Raises `BadParameter` of click for what is no probability."""
        number = click.FLOAT.convert(value, param, ctx)
        if 1 < number <= 100:
            self.fail(
                f"{value} is no probability: write {number / 100:g} for {number:g} %.", param, ctx
            )
        return super().convert(value, param, ctx)


PROBABILITY = _Probability(0.0, 1.0)


def files_argument(function: F) -> F:
    """FILE…, one or more."""
    return click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")(function)


def reading_options(function: F) -> F:
    """How lists are read; `Reading.take` gathers them."""
    return _all(
        function,
        click.option(
            "--format",
            "list_format",
            metavar="NAME",
            help="Read every FILE as this format (see `formats`).",
        ),
        click.option(
            "--mapping",
            "mapping_files",
            type=PATH,
            multiple=True,
            metavar="FILE.yml",
            help="What the columns of tables mean; repeatable. X.mapping.yml beside a table X.csv is found by itself.",
        ),
        click.option("--strict", is_flag=True, help="Stop at the first row that cannot be read."),
        click.option(
            "--accept-restricted", is_flag=True, help="Take records above handling code H0 as well."
        ),
        click.option(
            "-v", "--verbose", is_flag=True, help="Say on standard error what each stage did."
        ),
    )


def running_options(function: F) -> F:
    """How records are compared and bands are drawn; `run_options` gathers them."""
    return _all(
        function,
        click.option(
            "--merge-at",
            type=PROBABILITY,
            metavar="P",
            help="Merge from this score (default: by costs).",
        ),
        costs_option,
        click.option(
            "--plan",
            type=click.Choice(["XS", "S", "M", "L"]),
            help="Blocking plan (default: by size).",
        ),
        model_option,
    )


def costs_option(function: F) -> F:
    """--wrong-merge-costs N."""
    return click.option(
        "--wrong-merge-costs",
        type=click.FloatRange(2.0, 1_000_000.0),
        metavar="N",
        help="Reviews that one wrong merge costs; the bands' borders follow (default: 20).",
    )(function)


def model_option(function: F) -> F:
    """--model DIR."""
    option = click.option(
        "--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder."
    )
    return option(function)


def decisions_option(function: F) -> F:
    """--decisions FILE."""
    text = "Steward decisions: left_id,right_id,verdict,who,when,why."
    return click.option("--decisions", type=PATH, metavar="FILE", help=text)(function)


def store_option(*, required: bool = False) -> Callable[[F], F]:
    """--store URL."""
    text = "The store: sqlite:///file.db or postgresql+psycopg://user@host/name."
    return click.option("--store", "store_url", metavar="URL", required=required, help=text)


def engine_options(function: F) -> F:
    """--engine and --master."""
    return _all(
        function,
        click.option(
            "--engine",
            type=click.Choice(["local", "spark"]),
            default="local",
            help="Where to compute.",
        ),
        click.option(
            "--master",
            metavar="URL",
            help="The Spark cluster: spark://host:7077, yarn, k8s://…, local[2].",
        ),
    )


def check_engine(options: dict[str, Any]) -> None:
    """Refuse options of `engine_options` that cannot go together. Raises `UsageError` of click."""
    if options["engine"] == "local" and options["master"]:
        raise click.UsageError("--master names a Spark cluster: use it with --engine spark.")


def start_engine(options: dict[str, Any]) -> None:
    """Begin to start what `engine_options` chose, while lists are read. Raises `EngineError` where it cannot be had."""
    if options["engine"] == "spark":
        from resolver.engines.spark.session import check_here, warm_up

        check_here(options["master"])
        warm_up(options["master"])


def resume_option(function: F) -> F:
    """--resume."""
    text = "Keep each finished stage in DIR, and go on from those that a stopped run with --resume has kept."
    return click.option("--resume", is_flag=True, help=text)(function)


def json_option(function: F) -> F:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")(
        function
    )


def _all(function: F, *decorators: Callable[[F], F]) -> F:
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read lists."""

    list_format: str | None = None
    mapping_files: tuple[Path, ...] = ()
    strict: bool = False
    accept_restricted: bool = False
    verbose: bool = False

    @classmethod
    def take(cls, options: dict[str, Any]) -> Reading:
        """From what `reading_options` gave a command."""
        return cls(
            options["list_format"],
            tuple(options["mapping_files"]),
            options["strict"],
            options["accept_restricted"],
            options["verbose"],
        )

    def mappings(self) -> list[Mapping]:
        """The mappings, read and checked. Raises `MappingError`."""
        from resolver.ingest.formats.tabular.mapping import load_mapping

        return [load_mapping(path) for path in self.mapping_files]


def run_options(
    settings: Settings,
    options: dict[str, Any],
    decisions: tuple[Decision, ...] = (),
    *,
    only_entities: bool = False,
    out: Path | None = None,
) -> RunOptions:
    """From what `running_options` gave a command, the settings where an option was not given. `out`: the folder of
    results, which holds what `--resume` keeps."""
    from resolver.engines.checkpoints import FOLDER
    from resolver.pipeline import RunOptions

    merge_at, costs = options.get("merge_at"), options.get("wrong_merge_costs")
    return RunOptions(
        merge_at=settings.merge_at if merge_at is None else merge_at,
        plan=options.get("plan"),
        decisions=decisions,
        only_entities=only_entities,
        model_dir=options.get("model_dir") or settings.model_dir,
        wrong_merge_costs=settings.wrong_merge_costs if costs is None else costs,
        workers=settings.workers or os.cpu_count() or 1,
        pairs_mib=settings.pairs_mib,
        resume=out / FOLDER if out is not None and options.get("resume") else None,
    )
