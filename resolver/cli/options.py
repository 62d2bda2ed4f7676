"""Options shared by several commands, and the objects made from them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from resolver.lists.io.remote_files import RemotePath, is_remote
from resolver.settings import MIN_SHARE, Settings, parse_share

if TYPE_CHECKING:
    from resolver.lists.formats.tabular.mapping import Mapping
    from resolver.matching.resolution_task import Engine, RunOptions
    from resolver.records.decisions import Decision

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


class _ListPath(click.Path):
    """Path of a list, a URL, or `-` for standard input; nothing is opened here."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, a `RemotePath` for URLs and standard input."""
        if isinstance(value, str) and is_remote(value):
            return RemotePath.from_text(value)
        return super().convert(value, param, ctx)


LIST_PATH = _ListPath(path_type=Path)


class _Probability(click.FloatRange):
    """Number from 0 to 1; a percentage is refused with the number to write instead."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the probability. Raises click's `BadParameter` for any other value."""
        number = click.FLOAT.convert(value, param, ctx)
        if 1 < number <= 100:
            self.fail(
                f"{value} is not a probability: write {number / 100:g} for {number:g} %.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


PROBABILITY = _Probability(0.0, 1.0)


class _Share(click.FloatRange):
    """Share as "1 in N" or as a number above 0."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the share. Raises click's `BadParameter` for any other value."""
        share = value if isinstance(value, float) else parse_share(str(value))
        if not MIN_SHARE <= share <= 1:
            # this includes NaN for other texts
            self.fail(
                f"{value!r} is not a share: write '1 in 100', or a number above 0 and up to 1.",
                param,
                ctx,
            )
        return share


def listed_option(function: F) -> F:
    """Add --listed SHARE."""
    return click.option(
        "--listed",
        type=_Share(MIN_SHARE, 1.0),
        metavar="SHARE",
        help="Share of callers who are listed: '1 in N', or a number (default: 1 in 5, and 1 in 50 "
        "of those who state a birth date).",
    )(function)


def handling_options(function: F) -> F:
    """Add the options that state a least handling, which `pack_handling` reads."""
    return _all(
        function,
        click.option(
            "--handling",
            metavar="CODE",
            help="Handling code, H0 to H3, that its records have at least.",
        ),
        click.option(
            "--handling-fact",
            "handling_facts",
            multiple=True,
            metavar="NAME=TEXT",
            help="Further fact for records that do not state it, such as conditions, legalBasis, "
            "reviewDate or sourceGrade; repeatable.",
        ),
    )


def pack_handling(code: str | None, facts: Sequence[str]) -> str | None:
    """Return the packed handling that `handling_options` state; empty for H0 without facts; None if
    neither option is given. Raises `RecordError` for a fact that cannot be read, and
    `click.UsageError`.
    """
    from resolver.lists.text.record_draft import build_handling
    from resolver.records import Handling
    from resolver.records.packing import handling_text

    if code is None and not facts:
        return None
    stated = {}
    for fact in facts:
        name, sign, text = fact.partition("=")
        if not sign or name in ("code", "agency"):
            raise click.UsageError(
                f"--handling-fact {fact[:60]!r} is not written NAME=TEXT, such as "
                "legalBasis='Border act, section 4' (the code is --handling, the owner --agency)"
            )
        stated[name.strip()] = text
    handling = build_handling({**stated, "code": code or "H0"})
    return "" if handling == Handling() else handling_text(handling)


def files_argument(function: F) -> F:
    """Add the argument FILE..., one or more."""
    return click.argument("files", nargs=-1, required=True, type=LIST_PATH, metavar="FILE...")(
        function
    )


def encoding_option(function: F) -> F:
    """Add --encoding NAME."""
    return click.option(
        "--encoding",
        metavar="NAME",
        default="",
        help="Encoding of text, such as shift_jis, unless a mapping states it (default: detect).",
    )(function)


def reading_options(function: F) -> F:
    """Add the options for reading lists, which `ReadingOptions.from_options` collects."""
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
            help="Meaning of a table's columns; repeatable. X.mapping.yml next to X.csv is found "
            "automatically.",
        ),
        click.option(
            "--source",
            "source_name",
            metavar="NAME",
            default="",
            help="Source of tables without a mapping (default: the file's name without its date).",
        ),
        encoding_option,
        click.option("--strict", is_flag=True, help="Stop at the first row that cannot be read."),
        click.option(
            "--accept-restricted",
            is_flag=True,
            help="Accept records above handling code H0 as well.",
        ),
        click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error."),
    )


def running_options(function: F) -> F:
    """Add the options for comparing and for bands, which `run_options` collects."""
    return _all(
        function,
        click.option(
            "--merge-at",
            type=PROBABILITY,
            metavar="P",
            help="Merge from this score on (default: by costs).",
        ),
        costs_option,
        review_value_option,
        click.option(
            "--plan",
            type=click.Choice(["XS", "S", "M", "L"]),
            help="Blocking plan (default: by size).",
        ),
        model_option,
    )


def costs_option(function: F) -> F:
    """Add --wrong-merge-costs N."""
    return click.option(
        "--wrong-merge-costs",
        type=click.FloatRange(2.0, 1_000_000.0),
        metavar="N",
        help="Cost of one wrong merge, in reviews; sets the thresholds of bands (default: 20).",
    )(function)


def review_value_option(function: F) -> F:
    """Add --min-review-value N."""
    return click.option(
        "--min-review-value",
        type=click.FloatRange(1.0, 1_000_000.0),
        metavar="N",
        help="Value of a review, in reviews, from which a pair waits for a steward (default: 4.5).",
    )(function)


def model_option(function: F) -> F:
    """Add --model DIR."""
    option = click.option(
        "--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder."
    )
    return option(function)


def decisions_option(function: F) -> F:
    """Add --decisions FILE."""
    text = "Steward decisions: left_id,right_id,verdict,who,when,why."
    return click.option("--decisions", type=PATH, metavar="FILE", help=text)(function)


def store_option(*, required: bool = False) -> Callable[[F], F]:
    """Add --store URL and --store-file FILE.

    If a store is required and neither option is given, the setting `store` names it.
    """

    def choose(context: click.Context, option: click.Parameter, url: str | None) -> str | None:
        """Return the URL of the option, of the file, or of the settings."""
        file: Path | None = context.meta.pop(_STORE_FILE, None)
        if url is not None and file is not None:
            raise click.UsageError("--store and --store-file exclude each other", context)
        if file is not None:
            url = _read_store_file(file, context)
        if url is None and required:
            settings = context.find_object(Settings)
            url = settings.store if settings is not None else None
        if url is None and required and not context.resilient_parsing:
            raise click.MissingParameter(ctx=context, param=option)
        return url

    def decorate(function: F) -> F:
        """Add the options to a command."""
        return _all(
            function,
            click.option(
                "--store",
                "store_url",
                metavar="URL",
                callback=choose,
                help="Store: sqlite:///file.db or postgresql+psycopg://user@host/name."
                + (" Default: the setting `store`." if required else ""),
            ),
            click.option(
                "--store-file",
                type=PATH,
                metavar="FILE",
                is_eager=True,
                expose_value=False,
                callback=lambda context, _, file: context.meta.update({_STORE_FILE: file}),
                help="Take the URL of the store from the first line of a file.",
            ),
        )

    return decorate


_STORE_FILE = "resolver.store_file"


def _read_store_file(path: Path, context: click.Context) -> str:
    """Return the URL in a file. Raises click's `UsageError` if there is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise click.UsageError(f"--store-file {path}: {reason}", context) from None
    if not lines or not lines[0].strip():
        raise click.UsageError(f"--store-file {path}: its first line is empty", context)
    return lines[0].strip()


def engine_options(function: F) -> F:
    """Add --engine and --master."""
    return _all(
        function,
        click.option(
            "--engine",
            type=click.Choice(["local", "spark"]),
            default="local",
            help="Engine to compute with.",
        ),
        click.option(
            "--master",
            metavar="URL",
            help="Spark cluster: spark://host:7077, yarn, k8s://…, local[2].",
        ),
    )


def check_engine(options: dict[str, Any]) -> None:
    """Raise click's `UsageError` for contradictory options of `engine_options`."""
    if options["engine"] == "local" and options["master"]:
        raise click.UsageError("--master names a Spark cluster: use it with --engine spark.")


def check_engine_requirements(options: dict[str, Any]) -> None:
    """Raise `EngineError` if the chosen engine is not available."""
    if options["engine"] == "spark":
        from resolver.spark.session import check_requirements

        check_requirements(options["master"])


def start_engine(options: dict[str, Any]) -> None:
    """Start the chosen engine in the background, while lists are read.

    Raises `EngineError` if it is not available.
    """
    check_engine_requirements(options)
    if options["engine"] == "spark":
        from resolver.spark.session import warm_up

        warm_up(options["master"])


def load_engine(running: RunOptions, options: dict[str, Any]) -> None:
    """Load everything that resolves lists on this machine, while the lists are read: program,
    models, tables.
    """
    if options["engine"] == "local":
        importlib.import_module("resolver.engines.local")
        from resolver.matching.pipeline import normalize
        from resolver.matching.resolution_task import load_models
        from resolver.records import Batch, Kind, Record, Value

        name = Value("name", "Zoë de Vries")
        record = Record("name:1", "name", Kind.PERSON, "Person", (name,))
        normalize(Batch.from_records([record]).canonical(), load_models(running.model_dir))


def build_store_engine(options: dict[str, Any]) -> Engine | None:
    """Return the engine that compares the records of a store; None if this process does."""
    if options["engine"] == "local":
        return None
    from resolver.spark.engine import SparkEngine

    return SparkEngine(options["master"])


def resume_option(function: F) -> F:
    """Add --resume."""
    text = "Save each finished stage in DIR, and continue after those saved by a stopped run."
    return click.option("--resume", is_flag=True, help=text)(function)


def json_option(function: F) -> F:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(
        function
    )


def _all(function: F, *decorators: Callable[[F], F]) -> F:
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Options for reading lists."""

    list_format: str | None = None
    mapping_files: tuple[Path, ...] = ()
    strict: bool = False
    accept_restricted: bool = False
    verbose: bool = False
    source: str = ""
    encoding: str = ""

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> ReadingOptions:
        """Return the options that `reading_options` has added to a command."""
        return cls(
            options["list_format"],
            tuple(options["mapping_files"]),
            options["strict"],
            options["accept_restricted"],
            options["verbose"],
            options["source_name"],
            options["encoding"],
        )

    def mappings(self) -> list[Mapping]:
        """Return the mappings, read and checked. Raises `MappingError`."""
        from resolver.lists.formats.tabular.mapping import load_mapping

        return [load_mapping(path) for path in self.mapping_files]


def count_workers(settings: Settings) -> int:
    """Return the number of processes and threads that share the work of a run."""
    from resolver.runtime.threads import available_cores

    return settings.workers or available_cores()


def run_options(
    settings: Settings,
    options: dict[str, Any],
    decisions: tuple[Decision, ...] = (),
    *,
    only_entities: bool = False,
    out: Path | None = None,
) -> RunOptions:
    """Return run options from the options of `running_options`, with settings as defaults.

    `out`: folder of results, which also has the checkpoints of `--resume`.
    """
    from resolver.engines.local import RESUME_FOLDER
    from resolver.matching.resolution_task import RunOptions

    merge_at, costs = options.get("merge_at"), options.get("wrong_merge_costs")
    capacity, value = options.get("review_capacity"), options.get("min_review_value")
    return RunOptions(
        merge_at=settings.merge_at if merge_at is None else merge_at,
        plan=options.get("plan"),
        decisions=decisions,
        only_entities=only_entities,
        model_dir=options.get("model_dir") or settings.model_dir,
        wrong_merge_costs=settings.wrong_merge_costs if costs is None else costs,
        min_review_value=settings.min_review_value if value is None else value,
        workers=count_workers(settings),
        pairs_mib=settings.pairs_mib,
        resume=out / RESUME_FOLDER if out is not None and options.get("resume") else None,
        review_capacity=settings.review_capacity if capacity is None else capacity,
    )
