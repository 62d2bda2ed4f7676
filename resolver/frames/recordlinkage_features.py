"""Blocking rules and comparators as an index and a feature of the `recordlinkage` toolkit.

indexer = recordlinkage.Index()
indexer.add(RuleIndex(kind="person"))
comparer = recordlinkage.Compare()
comparer.add(ComparatorFeature({"name": "full_name", "birthDate": "dob"}, kind="person"))
features = comparer.compute(indexer.index(df), df)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from resolver.engines.local import LocalEngine, build_link_task
from resolver.errors import InputError
from resolver.frames import resolving
from resolver.frames.frame_tables import Columns
from resolver.matching.comparators import compare
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import ResolutionTask, load_models
from resolver.models.loader import KINDS
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray
from resolver.records.progress import SILENT
from resolver.records.results.resolution import StageMeter
from resolver.training import INSTALL

try:
    from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm
except ImportError as error:  # pragma: no cover - the extra is part of the development tools
    raise ImportError(f"these features need recordlinkage: {INSTALL}") from error

_PLAN = "S"


class RuleIndex(BaseIndexAlgorithm):  # type: ignore[misc]
    """Pairs that our blocking rules join.

    `kind` and `columns` are as in `dedupe`. `rules` are the names of the rules to use (None: all
    rules of the plan for that number of rows); see `resolver comparators`.
    """

    def __init__(
        self,
        kind: str | None = None,
        columns: Columns | None = None,
        rules: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.kind = kind
        self.columns = columns
        self.rules = rules

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        table = self._read(df_a, resolving.LEFT)
        task = ResolutionTask.build(table.intake.batch, (), resolving.complete_options(None, None))
        left, right = self._join(task)
        rows = _rows_of(table, task)
        # the toolkit names the later row of a pair first
        return _pair_index(df_a, rows[right], df_a, rows[left])

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        first, second = self._read(df_a, resolving.LEFT), self._read(df_b, resolving.RIGHT)
        task = build_link_task(first.intake, second.intake, resolving.complete_options(None, None))
        left, right = self._join(task)
        # ids of the left table sort before ids of the right table
        return _pair_index(df_a, _rows_of(first, task)[left], df_b, _rows_of(second, task)[right])

    def _read(self, frame: pd.DataFrame, source: str) -> resolving.TableIntake:
        return resolving.read_data(
            frame, resolving.ReadOptions(source, self.kind, self.columns), SILENT
        )

    def _join(self, task: ResolutionTask) -> tuple[IntArray, IntArray]:
        """Return the rows that the rules join. Raises `InputError` for a rule that is not in the
        plan.
        """
        if self.rules is not None:
            unknown = [rule for rule in self.rules if rule not in task.plan.rules]
            if unknown:
                raise InputError(
                    f"the plan {task.plan.name} has no blocking rule {unknown[0]!r}",
                    hint=f"use {', '.join(task.plan.rules)}",
                )
            chosen = {rule: task.plan.rules[rule] for rule in self.rules}
            task = replace(task, plan=replace(task.plan, rules=chosen))
        meter = StageMeter(SILENT)
        task, engine = LocalEngine().measure_population(task, meter)
        pairs, _ = engine.block(task, engine.normalize(task, meter), meter)
        return pairs.left, pairs.right


def _rows_of(table: resolving.TableIntake, task: ResolutionTask) -> IntArray:
    """Return the row of the table for each record of a batch; -1 for records of another table."""
    records = table.place_in(task.batch).records
    rows = np.full(len(task.batch), -1, dtype=np.int32)
    is_record = records >= 0
    rows[records[is_record]] = np.flatnonzero(is_record)
    return rows


def _pair_index(
    left: pd.DataFrame, left_rows: IntArray, right: pd.DataFrame, right_rows: IntArray
) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([left.index[left_rows], right.index[right_rows]])


class ComparatorFeature(BaseCompareFeature):  # type: ignore[misc]
    """Similarities (0 to 1) of pairs by our comparators, a column for each.

    `columns`: column or columns of each property (`{"name": "full_name"}`), for both tables, unless
    `columns_right` is given for the right table. `comparators`: names of comparators (None: all
    that the model of the kind uses). These names are also the labels of the columns.
    `missing_value` is used if a side has no value. Raises `InputError` for an unknown kind or
    comparator.
    """

    def __init__(
        self,
        columns: Mapping[str, str | Sequence[str]],
        columns_right: Mapping[str, str | Sequence[str]] | None = None,
        *,
        kind: str = "person",
        comparators: Sequence[str] | None = None,
        missing_value: float = 0.0,
    ) -> None:
        if kind not in KINDS:
            raise InputError(f"no model is called {kind!r}", hint=f"use {', '.join(KINDS)}")
        known_names = load_models().models[kind].used_features
        names = tuple(sorted(known_names) if comparators is None else comparators)
        for name in names:
            if name not in known_names:
                hint = f"use {', '.join(sorted(known_names))}"
                raise InputError(f"no comparator of {kind} is called {name!r}", hint=hint)
        self.kind = kind
        self.comparators = names
        self.missing_value = missing_value
        self.properties_left = _flatten(columns)
        self.properties_right = _flatten(columns if columns_right is None else columns_right)
        super().__init__(
            [column for _, column in self.properties_left],
            [column for _, column in self.properties_right],
            label=list(names),
        )

    def _compute_vectorized(self, *cells: pd.Series) -> Any:
        """Return the similarities of pairs of rows as pairs × comparators; the columns of the left
        table come first.
        """
        count = len(self.properties_left)
        left = _by_property(self.properties_left, cells[:count])
        right = _by_property(self.properties_right, cells[count:])
        rows = pd.concat([left, right], ignore_index=True)
        keys = rows.astype(str).agg("\x1f".join, axis=1) if len(rows) else pd.Series(dtype=str)
        codes, _ = pd.factorize(keys)
        unique = rows.loc[~keys.duplicated()].reset_index(drop=True)
        evidence = self._compare(unique, codes[: len(left)], codes[len(left) :])
        return np.where(np.isnan(evidence), self.missing_value, evidence)

    def _compare(
        self, rows: pd.DataFrame, left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]
    ) -> FloatArray:
        """Return the similarities of pairs of rows; NaN if one of the rows has no value."""
        evidence = np.full((len(left), len(self.comparators)), np.nan, dtype=np.float32)
        columns: Columns = {name: [name] for name in rows.columns}
        properties: dict[str, list[str]] = {}
        for name in columns:
            properties.setdefault(name.partition("#")[0], []).append(name)
        table = resolving.read_data(
            rows, resolving.ReadOptions(resolving.LEFT, self.kind, properties), SILENT
        )
        if not len(table.intake.batch):
            return evidence
        records = table.place_in(table.intake.batch).records
        chosen = np.flatnonzero((records[left] >= 0) & (records[right] >= 0))
        models = load_models().for_population(_PLAN, None)
        prepared = normalize(table.intake.batch, models)
        context = Context(
            prepared,
            NameIndex.of(prepared),
            records[left[chosen]].astype(np.int32),
            records[right[chosen]].astype(np.int32),
            self.kind != "person",
            frequencies=models.tables,
        )
        evidence[chosen] = compare(context, self.comparators)
        return evidence


def _flatten(columns: Mapping[str, str | Sequence[str]]) -> list[tuple[str, str]]:
    """Return each column with a name for its position: the property, with a number if the property
    has several columns.
    """
    flat: list[tuple[str, str]] = []
    for prop, names in columns.items():
        for number, name in enumerate([names] if isinstance(names, str) else names):
            flat.append((f"{prop}#{number}" if number else prop, name))
    return flat


def _by_property(properties: Sequence[tuple[str, str]], cells: Sequence[pd.Series]) -> pd.DataFrame:
    values = [series.reset_index(drop=True) for series in cells]
    return pd.DataFrame(
        {prop: series for (prop, _), series in zip(properties, values, strict=True)}
    )
