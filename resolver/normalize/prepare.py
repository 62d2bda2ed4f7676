"""Prepared batches of canonical ones: each unique value is normalized once, then all is codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resolver.kernels.processes import compute_both
from resolver.normalize.name_forms import (
    PART_ROLES,
    NameTables,
    build_single_names,
    has_all_names_of,
    is_single_reading,
    lay_out_forms,
)
from resolver.normalize.tables.name_values import NameValues, read_name_values
from resolver.normalize.tables.other_values import (
    COUNTRY_READERS,
    TEXT_NORMALIZERS,
    OtherValues,
    lay_out_values,
    read_values,
)
from resolver.normalize.token_tables import Lookup
from resolver.records.batch import Batch
from resolver.records.prepared.batch import MaterializedBatch, TokenTable
from resolver.records.prepared.population import FrequencyTables
from resolver.records.properties import (
    ADDRESS,
    BIRTHS,
    FULL_NAMES,
    IDENTIFIERS,
    NAME_PARTS,
    PLACES,
    STARTS,
)

_MIN_PARALLEL = 50_000
"""Values that are worth a process."""
COMPARED_PROPERTIES = frozenset(
    (
        *FULL_NAMES,
        *NAME_PARTS,
        *COUNTRY_READERS,
        *IDENTIFIERS,
        *TEXT_NORMALIZERS,
        *BIRTHS,
        *STARTS,
        *PLACES,
        "gender",
        ADDRESS,
    )
)
"""Properties that `prepare` reads; other values play no part in keys and scores."""


@dataclass(frozen=True, slots=True)
class NormalValues:
    """Values of a batch in normal form, for batches of its records' values."""

    names: NameValues
    others: OtherValues

    def with_tokens(self, tokens: TokenTable) -> NormalValues:
        """Return the values with another table of the same tokens."""
        return replace(self, names=replace(self.names, tokens=tokens))


def prepare(
    batch: Batch,
    tables: FrequencyTables,
    lookup: Lookup,
    deduplicated_sources: Iterable[str] = (),
    workers: int = 1,
) -> MaterializedBatch:
    """Normalize a canonical batch.

    `lookup` gives name tokens their symbols; entries of `deduplicated_sources` are all distinct.
    The result does not depend on `workers` (processes and threads).
    """
    return prepare_with_values(batch, tables, lookup, deduplicated_sources, workers)[0]


def prepare_with_values(
    batch: Batch,
    tables: FrequencyTables,
    lookup: Lookup,
    deduplicated_sources: Iterable[str] = (),
    workers: int = 1,
) -> tuple[MaterializedBatch, NormalValues | None]:
    """Normalize a canonical batch as `prepare` does, and return its values, too: None for a single
    record, whose words are read one by one.
    """
    if is_single_reading(batch):
        single = build_single_names(batch, tables, lookup)
        fields = lay_out_values(batch, read_values(batch, tables))
        return _unite(batch, single, fields, deduplicated_sources), None

    def lay_out_others() -> tuple[OtherValues, dict[str, Any]]:
        """Return the values other than names, and the records laid out by them."""
        others = read_values(batch, tables)
        return others, lay_out_values(batch, others)

    def lay_out_all_names() -> tuple[NameValues, NameTables]:
        """Return the values of names, and the names of records."""
        values = read_name_values(batch, tuple(PART_ROLES), tables, lookup, workers)
        return values, lay_out_forms(batch, values, workers)

    (name_values, names), (others, values) = compute_both(
        lay_out_all_names,
        lay_out_others,
        parallel=workers > 1 and sum(map(len, batch.columns.values())) >= _MIN_PARALLEL,
    )
    prepared = _unite(batch, names, values, deduplicated_sources)
    return prepared, NormalValues(name_values, others)


def has_all_values(batch: Batch, values: NormalValues) -> bool:
    """Return True if `prepare_again` can normalize a batch with values of another."""
    return has_all_names_of(batch, values.names)


def prepare_again(batch: Batch, values: NormalValues, workers: int = 1) -> MaterializedBatch:
    """Normalize a batch over the dictionaries of another, whose values were read.

    As `prepare` does for a canonical batch, but for table rows that no record uses.
    """
    names = lay_out_forms(batch, values.names, workers)
    return _unite(batch, names, lay_out_values(batch, values.others), ())


def _unite(
    batch: Batch, names: NameTables, values: dict[str, Any], deduplicated_sources: Iterable[str]
) -> MaterializedBatch:
    """Return the prepared batch of names and other values."""
    source_texts = batch.sources.values.to_pylist()
    different = frozenset(deduplicated_sources)
    all_different = np.array([source in different for source in source_texts], dtype=bool)
    return MaterializedBatch(
        ids=batch.ids,
        kinds=batch.kinds,
        sources=batch.sources.codes,
        source_names=tuple(source_texts),
        is_deduplicated=all_different[batch.sources.codes]
        if len(source_texts)
        else np.zeros(len(batch), dtype=bool),
        tokens=names.tokens,
        forms=names.forms,
        names=names.names,
        name_quality=names.quality,
        **values,
    )
