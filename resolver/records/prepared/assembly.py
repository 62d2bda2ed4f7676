"""Rows of several prepared batches as one batch, without preparing any value again.

The prepared form of a value depends on its text alone, so values prepared at different times are
comparable. An assembled batch holds only the table rows that its records use: time and memory grow
with the rows selected, not with the batches, whose arrays may be memory-mapped files. Tables of
tokens, places, dates and texts are sorted as those of a single batch are; name forms and
identifiers keep the order of the parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    ByteArray,
    DateTable,
    IdentifierTable,
    MaterializedBatch,
    NameTable,
    PlaceTable,
    PreparedBatch,
    Ragged,
    TextTable,
    TokenTable,
)
from resolver.records.prepared.row_selection import (
    BatchRows,
    BatchUnion,
    Selection,
    TableUse,
    deduplicate_tokens,
    gather_item_values,
    merge_country_codes,
    merge_forms,
    merge_tokens,
    recode_selection,
    rows_in_use,
    rows_sorted_by_text,
    select_items,
)
from resolver.runtime.threads import lazy_property


def assemble(parts: Sequence[BatchRows], ids: pa.StringArray) -> MaterializedBatch:
    """Return the rows of the parts, one part after the other, under new ids.

    No source of the new batch counts as deduplicated.
    """
    return MaterializedBatch.of(LazyBatch(parts, ids, is_query=False))


class LazyBatch:
    """Prepared batch (`PreparedBatch`) assembled from rows of parts, member by member on access.

    `is_query`: the first part is one record, and all comparisons are between it and the others.
    Then tokens keep the order of the parts, texts are read on access, and a table holds only texts
    if the query states no value for it. Not safe for use from several threads.
    """

    def __init__(self, parts: Sequence[BatchRows], ids: pa.StringArray, *, is_query: bool) -> None:
        self.parts = parts
        self.ids = ids
        self.is_query = is_query
        self._batches = [part.prepared for part in parts]
        self._union = BatchUnion(parts, len(ids), is_query)

    def __len__(self) -> int:
        return len(self.ids)

    def source_row(self, row: int) -> tuple[PreparedBatch, int]:
        """Return the batch and the row there that a row was taken from."""
        for part in self.parts:
            if row < len(part.rows):
                return part.prepared, int(part.rows[row])
            row -= len(part.rows)
        raise IndexError("there is no such row")

    @lazy_property
    def kinds(self) -> ByteArray:
        """Kind of each record."""
        return self._union.column("kinds")

    @lazy_property
    def sources(self) -> IntArray:
        """Source number of each record: 0."""
        return np.zeros(len(self), dtype=np.int32)

    @property
    def source_names(self) -> tuple[str, ...]:
        """Name of the source: not known."""
        return ("",)

    @lazy_property
    def is_deduplicated(self) -> npt.NDArray[np.bool_]:
        """False for each record."""
        return np.zeros(len(self), dtype=bool)

    @lazy_property
    def tokens(self) -> TokenTable:
        """Tokens of the name forms."""
        return merge_tokens(self._batches, self._token_use, self.is_query)

    @lazy_property
    def forms(self) -> NameTable:
        """Name forms."""
        return merge_forms(
            self._batches, self._form_use, self._form_tokens, self._token_use, self.is_query
        )

    @lazy_property
    def names(self) -> Ragged:
        """Name forms of each record, as rows of `forms`."""
        return recode_selection(self._record_forms, self._form_use)

    @lazy_property
    def name_quality(self) -> ByteArray:
        """Quality of each item of `names`."""
        return gather_item_values(
            self._record_forms, [batch.name_quality for batch in self._batches]
        )

    @lazy_property
    def dates(self) -> DateTable:
        """Dates of birth and incorporation."""
        return self._dates[2]

    @lazy_property
    def births(self) -> Ragged:
        """Birth dates of each record."""
        return self._dates[0]

    @lazy_property
    def starts(self) -> Ragged:
        """Incorporation dates of each record."""
        return self._dates[1]

    @lazy_property
    def country_codes(self) -> tuple[str, ...]:
        """Codes of all countries; code 0 is unknown."""
        return self._countries[0]

    @lazy_property
    def nationalities(self) -> Ragged:
        """Nationalities of each record."""
        return self._union.recode_countries(
            lambda batch: batch.nationalities, self._country_recodings
        )

    @lazy_property
    def countries(self) -> Ragged:
        """Countries of each record."""
        return self._union.recode_countries(lambda batch: batch.countries, self._country_recodings)

    @lazy_property
    def linked_countries(self) -> Ragged:
        """Countries of each record and of its sanctions programs."""
        return self._union.recode_countries(
            lambda batch: batch.linked_countries, self._country_recodings
        )

    @lazy_property
    def birth_places(self) -> Ragged:
        """Birth places of each record."""
        return self._birth_places[0]

    @lazy_property
    def place_table(self) -> PlaceTable:
        """Birth places."""
        return self._birth_places[1]

    @lazy_property
    def addresses(self) -> Ragged:
        """Addresses of each record."""
        return self._addresses[0]

    @lazy_property
    def address_table(self) -> PlaceTable:
        """Addresses."""
        return self._addresses[1]

    @lazy_property
    def identifiers(self) -> Ragged:
        """Identifiers of each record."""
        return self._identifiers[0]

    @lazy_property
    def identifier_table(self) -> IdentifierTable:
        """Identifiers."""
        return self._identifiers[1]

    @lazy_property
    def gender(self) -> ByteArray:
        """Gender bits of each record."""
        return self._union.column("gender")

    @lazy_property
    def plain(self) -> Mapping[str, tuple[Ragged, TextTable]]:
        """Plain properties, each assembled on access."""
        return _LazyTexts(self._union, tuple(self._batches[0].plain))

    # Steps that several members share.

    @lazy_property
    def _record_forms(self) -> list[Selection]:
        return self._union.select(lambda batch: batch.names)

    @lazy_property
    def _form_use(self) -> TableUse:
        return rows_in_use([selection.items for selection in self._record_forms])

    @lazy_property
    def _form_tokens(self) -> list[Selection]:
        return [
            select_items(batch.forms.tokens, rows)
            for batch, rows in zip(self._batches, self._form_use.rows, strict=True)
        ]

    @lazy_property
    def _token_use(self) -> TableUse:
        items = [selection.items for selection in self._form_tokens]
        if self.is_query:
            return rows_in_use(items)
        texts = [batch.tokens.texts for batch in self._batches]
        return deduplicate_tokens(self._batches, rows_sorted_by_text(items, texts))

    @lazy_property
    def _dates(self) -> tuple[Ragged, Ragged, DateTable]:
        return self._union.dates()

    @lazy_property
    def _countries(self) -> tuple[tuple[str, ...], list[IntArray]]:
        return merge_country_codes(tuple(batch.country_codes for batch in self._batches))

    @property
    def _country_recodings(self) -> list[IntArray]:
        return self._countries[1]

    @lazy_property
    def _birth_places(self) -> tuple[Ragged, PlaceTable]:
        return self._union.places(
            lambda batch: batch.birth_places,
            lambda batch: batch.place_table,
            self._country_recodings,
        )

    @lazy_property
    def _addresses(self) -> tuple[Ragged, PlaceTable]:
        return self._union.places(
            lambda batch: batch.addresses,
            lambda batch: batch.address_table,
            self._country_recodings,
        )

    @lazy_property
    def _identifiers(self) -> tuple[Ragged, IdentifierTable]:
        return self._union.identifiers(self._country_recodings)


class _LazyTexts(Mapping[str, tuple[Ragged, TextTable]]):
    """Plain properties, each assembled on first access."""

    def __init__(self, union: BatchUnion, props: tuple[str, ...]) -> None:
        self._union, self._props = union, props
        self._cache: dict[str, tuple[Ragged, TextTable]] = {}

    def __getitem__(self, prop: str) -> tuple[Ragged, TextTable]:
        if prop not in self._cache:
            if prop not in self._props:
                raise KeyError(prop)
            self._cache[prop] = self._union.plain(prop)
        return self._cache[prop]

    def __iter__(self) -> Iterator[str]:
        return iter(self._props)

    def __len__(self) -> int:
        return len(self._props)
