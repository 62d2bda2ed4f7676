"""The order of the stages, no logic: prepare → block → compare → classify.

What differs between engines is how pairs are cut into chunks and where they run; that lives in `resolver.engines`.
Why a single pair gets its score is told by `resolver.engines.pair_explanation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking import (
    PLAN_BY_NAME,
    PLANS,
    Plan,
    plan_for,
)
from resolver.comparison import NameIndex, compare, features_of
from resolver.errors import InputError, ModelError
from resolver.models import loader
from resolver.normalize import SymbolSource, prepare
from resolver.records import KIND_BY_LABEL, Batch, Kind, Record, Value, kind_of_schema
from resolver.records.batch import IntArray
from resolver.records.decisions import Decision
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.frequencies import Tables
from resolver.records.results.resolution import Band
from resolver.scoring import (
    Borders,
    Model,
    border,
    from_json,
    scores,
)

LIBRARIES = ("rigour", "jellyfish", "nicknames", "pyicu", "rapidfuzz", "pykakasi", "hanja")
"""What scores depend on beside the model and this code."""
NAMES_PLAN = "names"
"""The plan whose priors names alone are judged with."""
KIND_MISMATCH = -13_816
"""Thousandths of log-odds of a pair whose kinds exclude each other: the lowest score there is."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to resolve. Borders follow from `wrong_merge_costs` (in reviews); `merge_at` (a score) moves the merge
    border alone."""

    merge_at: float | None = None
    plan: str | None = None
    decisions: Sequence[Decision] = ()
    only_entities: bool = False
    model_dir: Path | None = None
    wrong_merge_costs: float = 20.0
    workers: int = 2
    pairs_mib: int = 1024
    """Memory that pairs may take before they are glanced at (local engine)."""
    resume: Path | None = None
    """Folder in which finished stages are kept, and found again by a run that goes on (local engine)."""

    @property
    def borders(self) -> Borders:
        """The borders of the bands."""
        return Borders.of_costs(self.wrong_merge_costs)

    @property
    def merge_border(self) -> int:
        """The merge border in thousandths of log-odds."""
        score = self.borders.match if self.merge_at is None else self.merge_at
        # no score reaches 1: from there on nothing is merged
        return border(score) + (score >= 1)


@dataclass(frozen=True)
class ModelSet:
    """The models of all kinds, the tables they were made with, and the stamp every score carries."""

    models: dict[str, Model]
    tables: Tables
    stamp: dict[str, str] = field(default_factory=dict)
    _at: dict[str, ModelSet] = field(default_factory=dict, init=False, repr=False, compare=False)

    def at(self, plan: str) -> ModelSet:
        """The models for records resolved under a blocking plan."""
        if plan not in self._at:
            models = {kind: model.at(plan) for kind, model in self.models.items()}
            self._at[plan] = replace(self, models=models)
        return self._at[plan]


@lru_cache(maxsize=8)
def load_models(directory: Path | None = None, plan: str | None = None) -> ModelSet:
    """The models of a directory (default: the shipped ones), with the priors of a blocking plan. Raises
    `ModelError`."""
    if plan is not None:
        return load_models(directory).at(plan)
    raw = {kind: loader.load(kind, directory) for kind in loader.KINDS}
    models = {kind: from_json(data, features_of(KIND_BY_LABEL[kind])) for kind, data in raw.items()}
    tables = loader.load("tables", directory)
    digest = loader.digest({**raw, "tables": tables})
    stamp = {"model": digest, **{library: version(library) for library in LIBRARIES}}
    return ModelSet(models, tables_of(tables), stamp)


def tables_of(data: Mapping[str, Any]) -> Tables:
    """The shipped tables from their JSON form. Raises `ModelError` where one is missing."""
    try:
        return Tables(
            dict(data["person_counts"]),
            int(data["person_total"]),
            dict(data["group_counts"]),
            int(data["group_total"]),
            frozenset(data["mass_used"]),
            dict(data["person_given"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the tables of the model are damaged: {error}", mend="restore tables.json"
        ) from error


@lru_cache(maxsize=1)
def symbol_source() -> SymbolSource:
    """The process's source of name symbols, with its cache in the user's cache folder."""
    return SymbolSource(symbol_cache())


def symbol_cache() -> Path:
    """Where this user's answers about name symbols are kept."""
    return Path.home() / ".cache" / "resolver"


def prepared_of(batch: Batch, models: ModelSet, declared: Sequence[str] = ()) -> Prepared:
    """Normalise a canonical batch with a model's tables."""
    return prepare(batch, models.tables, symbol_source().lookup, declared)


def model_kinds(
    kinds: npt.NDArray[np.uint8], left: IntArray, right: IntArray
) -> npt.NDArray[np.uint8]:
    """Which model judges each pair: 1 person, 2 group, 4 asset, 0 none (their kinds exclude each other)."""
    common = kinds[left] & kinds[right]
    chosen = np.where(common == int(Kind.LEGAL), int(Kind.GROUP), common)
    return chosen.astype(np.uint8)


def score_rows(
    prepared: Prepared,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 2,
) -> npt.NDArray[np.int32]:
    """Calibrated log-odds (thousandths) of pairs of record rows."""
    answer = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
    judged = model_kinds(prepared.kinds, left, right)
    for kind in loader.KINDS:
        where = np.flatnonzero(judged == int(KIND_BY_LABEL[kind]))
        if len(where):
            model = models.models[kind]
            evidence = compare(
                prepared,
                names,
                left[where],
                right[where],
                model.features,
                group=kind != "person",
                workers=workers,
            )
            answer[where] = model.logodds(evidence).astype(np.int32)
    return answer


def choose_plan(options: RunOptions, count: int, default: Plan) -> Plan:
    """The plan that was asked for, or the one for the size."""
    if options.plan is None:
        return default
    if options.plan not in PLAN_BY_NAME:
        raise InputError(
            f"there is no blocking plan {options.plan!r}",
            mend=f"use one of {', '.join(PLAN_BY_NAME)}",
        )
    return PLAN_BY_NAME[options.plan]


def score_pairs(
    batch: Batch,
    lefts: Sequence[str],
    rights: Sequence[str],
    options: RunOptions,
    declared: Sequence[str] = (),
) -> list[tuple[float, Band]]:
    """Scores and bands of pairs of record ids, as asked and in that order. Raises `InputError` for an unknown id."""
    plan = choose_plan(options, len(batch), plan_for(len(batch))).name
    return _scored(batch, lefts, rights, load_models(options.model_dir, plan), options, declared)


def _scored(
    batch: Batch,
    lefts: Sequence[str],
    rights: Sequence[str],
    models: ModelSet,
    options: RunOptions,
    declared: Sequence[str] = (),
) -> list[tuple[float, Band]]:
    rows = rows_of(batch, [*lefts, *rights])
    needed = np.unique(rows)
    small = batch.take(needed).canonical() if len(needed) < len(batch) else batch
    place = np.searchsorted(needed, rows)
    prepared = prepared_of(small, models, declared)
    one, two = place[: len(lefts)].astype(np.int32), place[len(lefts) :].astype(np.int32)
    # the smaller row is always the left one, so that a pair asked for in either order has one score
    logodds = score_rows(
        prepared,
        NameIndex.of(prepared),
        models,
        np.minimum(one, two),
        np.maximum(one, two),
        options.workers,
    )
    value = scores(logodds)
    return [
        (float(score), Band(int(band)))
        for score, band in zip(value, options.borders.bands(value), strict=True)
    ]


def rows_of(batch: Batch, ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """The rows of record ids. Raises `InputError` for one that is not there."""
    place = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    unknown = sorted({identity for identity in ids if identity not in place})
    if unknown:
        raise InputError(
            f"no list given holds the record {unknown[0]}"
            + (f" (nor {len(unknown) - 1} others)" if len(unknown) > 1 else ""),
            mend="name the lists that hold it, and write ids as <source>:<native id>",
        )
    return np.array([place[identity] for identity in ids], dtype=np.int64)


def score_names(
    schemas: Sequence[str], names1: Sequence[str], names2: Sequence[str], options: RunOptions
) -> list[tuple[float, Band]]:
    """Scores of pairs of names, compared as records that hold nothing else. `schemas`: FtM names (Person, Company
    …)."""
    records = []
    for number, (schema, one, two) in enumerate(zip(schemas, names1, names2, strict=True)):
        kind = kind_of_schema(schema)
        if kind is None:
            raise InputError(
                f"the schema {schema!r} is no person, group or asset",
                mend="use an FtM schema such as Person or Company",
            )
        for side, text in (("a", one), ("b", two)):
            records.append(
                Record(f"names:{number:09d}{side}", "names", kind, schema, (Value("name", text),))
            )
    batch = Batch.from_records(records).canonical()
    lefts = [record.id for record in records[::2]]
    rights = [record.id for record in records[1::2]]
    # how many pairs are asked about says nothing of how many people there are
    plan = choose_plan(options, 0, PLANS[0]).name if options.plan else NAMES_PLAN
    return _scored(batch, lefts, rights, load_models(options.model_dir, plan), options)
