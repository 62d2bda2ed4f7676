"""Build the name index of some rows of several tables by copying, without laying out names again.

`name_material` lays out the tokens of a table once; an index segment keeps the result in mapped
memory (`material_arrays`). `GatheredBatch` then copies the names and tokens of the rows that a
check compares with its query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.names.kernels.name_arrays import NameSource, count_names
from resolver.names.kernels.name_records import TOKEN, TokenRecords
from resolver.names.name_index import (
    NameIndex,
    NameUse,
    TokenIndex,
    lay_out_names,
    lay_out_rows,
    listed_records,
    name_only_records,
    read_only,
    token_records,
    token_sounds,
)
from resolver.names.qualifiers import WORD_FACTS, word_facts
from resolver.records.prepared.assembly import LazyBatch
from resolver.records.prepared.batch import NameTable, PreparedBatch, Ragged, TokenTable
from resolver.records.prepared.row_selection import BatchRows, lazy_texts
from resolver.records.prepared.value_flags import flags_without_script
from resolver.runtime.threads import lazy_property


@dataclass(frozen=True)
class NameMaterial:
    """Tokens of a prepared batch with their sounds.

    `name_only` says which records have nothing but names. `stated_facts` are the `word_facts` of
    the tokens, if already computed.
    """

    tokens: TokenRecords
    name_only: npt.NDArray[np.bool_]
    prepared: PreparedBatch
    stated_facts: npt.NDArray[np.void] | None = None

    @lazy_property
    def facts(self) -> npt.NDArray[np.void]:
        """`word_facts` of the tokens, which only comparators of groups and assets use."""
        if self.stated_facts is not None:
            return self.stated_facts
        return word_facts(self.prepared.tokens.texts.tolist())

    @lazy_property
    def listed(self) -> npt.NDArray[np.bool_]:
        """For each record, True if it has a fact that only watchlists state (`listed_records`)."""
        return listed_records(self.prepared)

    @lazy_property
    def source(self) -> NameSource:
        """Arrays to copy from.

        Names are laid out in memory, not in files. They take a hundred megabytes for a million
        records. Arrays of this size get large pages of memory, which files do not.
        """
        tokens = self.tokens
        names, words = lay_out_names(self.prepared)
        return NameSource(
            name_offsets=read_only(self.prepared.names.offsets),
            names=read_only(names),
            words=read_only(words),
            records=read_only(tokens.records),
            letters=read_only(tokens.letters),
            symbols=read_only(tokens.symbols),
            sound_offsets=read_only(tokens.sound_offsets),
            sounds=read_only(tokens.sounds),
        )


def material_arrays(material: NameMaterial) -> dict[str, npt.NDArray[Any]]:
    """Return a material as named arrays, without the arrays of its prepared batch."""
    tokens = material.tokens
    return {
        "cards": tokens.records.view(np.uint8),
        "facts": material.facts.view(np.uint8),
        "letters": tokens.letters,
        "spoken_offsets": tokens.sound_offsets,
        "spoken": tokens.sounds,
        "alone": material.name_only.view(np.uint8),
    }


def material_from_arrays(
    arrays: Mapping[str, npt.NDArray[Any]], prepared: PreparedBatch
) -> NameMaterial:
    """Return the material of `material_arrays`. Raises `KeyError` if an array is missing."""
    tokens = TokenRecords(
        arrays["cards"].view(TOKEN),
        flags_without_script(prepared.tokens.flags),
        arrays["letters"],
        prepared.tokens.symbols.items,
        arrays["spoken_offsets"],
        arrays["spoken"],
    )
    facts = arrays["facts"].view(WORD_FACTS)
    return NameMaterial(tokens, arrays["alone"].view(np.bool_), prepared, facts)


def name_material(prepared: PreparedBatch) -> NameMaterial:
    """Lay out the tokens of a prepared batch."""
    tokens = token_records(prepared.tokens, token_sounds(prepared.tokens, always=True))
    return NameMaterial(tokens, name_only_records(prepared), prepared)


class GatheredBatch(LazyBatch):
    """Rows that are compared with queries. Their names, forms and tokens are copied from
    `materials`.

    The other members are assembled as in `LazyBatch`. `is_query` says that the first part is a
    single query.
    """

    def __init__(
        self,
        parts: Sequence[BatchRows],
        ids: pa.StringArray,
        materials: Sequence[NameMaterial],
        *,
        is_query: bool = True,
    ) -> None:
        super().__init__(parts, ids, is_query=is_query)
        self.materials = materials
        sources, texts, tokens, self._uses = [], [], [], list[NameUse]()
        self._rows = list[npt.NDArray[np.int64]]()
        for part, material in zip(parts, materials, strict=True):
            self._rows.append(part.rows)
            sources.append(material.source)
            texts.append(material.prepared.tokens.texts)
            use = NameUse(*count_names(material.source, part.rows))
            tokens.append(use.tokens)
            self._uses.append(use)
        self._target = lay_out_rows(sources, self._rows, self._uses)
        self._texts = lazy_texts(texts, tokens)

    @lazy_property
    def names(self) -> Ragged:
        """Name forms of each record. No two names share a form."""
        count = len(self._target.forms)
        return Ragged(self._target.name_offsets, np.arange(count, dtype=np.int32))

    @lazy_property
    def name_quality(self) -> npt.NDArray[np.uint8]:
        """Quality of each item of `names`."""
        return np.ascontiguousarray(self._target.names.names["quality"])

    @lazy_property
    def forms(self) -> NameTable:
        """Name forms, one for each name."""
        target = self._target
        words = target.names.words[:-2]
        texts, forms, start = [], [], 0
        for material, use in zip(self.materials, self._uses, strict=True):
            end = start + int(use.sizes.names)
            texts.append(material.prepared.forms.texts)
            forms.append(target.forms[start:end])
            start = end
        return NameTable(
            Ragged(target.form_offsets, target.form_items),
            words["role"],
            words["joined"],
            words["joined_skeleton"],
            target.names.names["compact"],
            lazy_texts(texts, forms),
        )

    @lazy_property
    def tokens(self) -> TokenTable:
        """Tokens of the name forms."""
        tokens = self._target.tokens
        records = tokens.records[:-1]
        return TokenTable(
            texts=self._texts,
            hashes=np.ascontiguousarray(records["hash"]),
            phonetic=np.ascontiguousarray(records["phonetic"]),
            sound=np.ascontiguousarray(records["sound"]),
            skeleton=np.ascontiguousarray(records["skeleton"]),
            flags=tokens.flags.astype(np.uint16),
            rarity_person=np.ascontiguousarray(records["rarity_person"]),
            rarity_group=np.ascontiguousarray(records["rarity_group"]),
            symbols=Ragged(np.ascontiguousarray(tokens.records["symbols"]), tokens.symbols),
            signature=np.ascontiguousarray(records["signature"]),
        )

    def name_index(self) -> NameIndex:
        """Return `NameIndex.of` of the batch."""
        tokens = TokenIndex(self._target.tokens, self._texts, self._facts)
        return _GatheredNames(tokens, self._target.names, self)

    def gather(self, columns: Iterable[npt.NDArray[np.bool_]]) -> npt.NDArray[np.bool_]:
        """Return the values of the rows; `columns` has an array of values for each material."""
        return np.concatenate(list(map(np.take, columns, self._rows)))

    def _facts(self) -> npt.NDArray[np.void]:
        """Return the `word_facts` of the tokens."""
        facts = np.empty(len(self._texts), dtype=WORD_FACTS)
        start = 0
        for material, use in zip(self.materials, self._uses, strict=True):
            end = start + len(use.tokens)
            material.facts.take(use.tokens, out=facts[start:end])
            start = end
        return facts


class _GatheredNames(NameIndex):
    """Name index whose facts about records are copied, because computing them would first assemble
    a batch.
    """

    prepared: GatheredBatch

    @cached_property
    def name_only(self) -> npt.NDArray[np.bool_]:
        """For each record, True if it has only names."""
        return self.prepared.gather(material.name_only for material in self.prepared.materials)

    @cached_property
    def listed(self) -> npt.NDArray[np.bool_]:
        """For each record, True if it has a fact that only watchlists state (`listed_records`)."""
        return self.prepared.gather(material.listed for material in self.prepared.materials)
