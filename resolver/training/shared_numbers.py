"""Numbers shared by many: documents, telephones and e-mail addresses under many names.

A number used by at least `MIN_BEARERS` bearers with different names identifies nobody: 0000000, a
ministry's telephone, a popular forgery.

A bearer is a record. Where a store knows which records belong together it is an entity, so that a
company in twenty lists is one bearer. In an entity whose names share no word, each name counts as a
bearer, because such a number may be the only reason they were merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from resolver.normalize.group_tokens import tokenize_group
from resolver.normalize.identifiers import CONTACTS, contact_key, read_packed_identifier
from resolver.normalize.name_tokens import tokenize_person
from resolver.normalize.tables.other_values import TEXT_NORMALIZERS
from resolver.records import Batch, Kind, Record
from resolver.records.prepared.text_hashes import hash64
from resolver.records.prepared.value_flags import TokenFlag
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS
from resolver.store import Store, StoreView

MIN_BEARERS = 20
"""Minimum number of bearers in a shipped table, so that the table discloses no list."""
UNINFORMATIVE = TokenFlag.PARTICLE | TokenFlag.INITIAL | TokenFlag.LEGAL | TokenFlag.NUMBER
"""Flags of tokens that do not distinguish names."""
BearerIds = npt.NDArray[np.int64]
BearerBatches = Callable[[], Iterable[tuple[Batch, BearerIds]]]
"""Function that returns batches with the bearer id of each record; it is called twice."""


def distinguishing_words(record: Record) -> set[str]:
    """Return the words in the names of a record, without those that do not distinguish names."""
    is_person = record.kind == Kind.PERSON
    texts = record.texts(*FULL_NAMES) + (record.texts(*NAME_PARTS) if is_person else ())
    tokens = tokenize_person if is_person else tokenize_group
    return {
        token.text for text in texts for token in tokens(text) if not token.flags & UNINFORMATIVE
    }


def mass_used_numbers(bearer_batches: BearerBatches) -> list[str]:
    """Return the numbers that many bearers share, sorted, in the notation of the model's table."""
    hashes_used = [np.zeros(0, dtype=np.uint64)]
    for batch, _ in bearer_batches():
        for _, codes, texts in _number_columns(batch):
            hashes_used.append(
                np.array([hash64(text) if text else 0 for text in texts], dtype=np.uint64)[codes]
            )
    values, counts = np.unique(np.concatenate(hashes_used), return_counts=True)
    frequent = set(values[(counts >= MIN_BEARERS) & (values != 0)].tolist())
    if not frequent:
        return []
    return sorted(
        number
        for number, names in _names_by_number(bearer_batches, frequent).items()
        if _count_bearers(names) >= MIN_BEARERS
    )


def mass_used_in_batches(batches: Iterable[Batch]) -> list[str]:
    """Return the shared numbers of batches in which each record is a bearer of its own."""
    batches_with_ids, start = [], 0
    for batch in batches:
        batches_with_ids.append((batch, np.arange(start, start + len(batch), dtype=np.int64)))
        start += len(batch)
    return mass_used_numbers(lambda: batches_with_ids)


def mass_used_in_store(store: Store) -> tuple[int, list[str]]:
    """Return the number of records in a store and the numbers that many of its entities share."""
    with store.view() as view:
        record, _ = view.all_members()
        return len(record), mass_used_numbers(lambda: _store_batches(view))


def mass_used_at_url(url: str) -> tuple[int, list[str]]:
    """Return `mass_used_in_store` of the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return mass_used_in_store(store)


def _store_batches(view: StoreView) -> Iterator[tuple[Batch, BearerIds]]:
    record, entity = view.all_members()
    for part in view.batches():
        yield part.batch, entity[np.searchsorted(record, part.numbers)]


def _number_columns(
    batch: Batch,
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[str]]]:
    """Yield rows, codes and table notation of the codes ("" for none) per property with numbers."""
    for prop in (*IDENTIFIERS, *CONTACTS):
        if prop in batch.columns:
            column = batch.columns[prop]
            yield (
                column.rows,
                column.codes,
                [_key(prop, text) for text in column.values.to_pylist()],
            )


def _key(prop: str, text: str) -> str:
    if prop in CONTACTS:
        contact = TEXT_NORMALIZERS[prop](text)
        return contact_key(prop, contact) if contact else ""
    number = read_packed_identifier(prop, text).number
    return number if len(number) > 2 else ""


NamesByBearer = dict[int, set[frozenset[str]]]
"""Bearer of a number → names it is used under, each as a set of words."""


def _names_by_number(bearer_batches: BearerBatches, hashes: set[int]) -> dict[str, NamesByBearer]:
    """Return the names under which the numbers with the given hashes are used."""
    names_of: dict[str, NamesByBearer] = {}
    for batch, bearers in bearer_batches():
        for rows, codes, texts in _number_columns(batch):
            is_requested = np.array(
                [bool(text) and hash64(text) in hashes for text in texts], dtype=bool
            )
            positions = np.flatnonzero(is_requested[codes])
            for position, record in zip(
                positions.tolist(), batch.take(rows[positions]).to_records(), strict=True
            ):
                if words := frozenset(distinguishing_words(record)):
                    names = names_of.setdefault(texts[codes[position]], {})
                    names.setdefault(int(bearers[rows[position]]), set()).add(words)
    return names_of


def _count_bearers(names: NamesByBearer) -> int:
    """Return the number of bearers with names of their own."""
    different = set().union(*names.values())
    return min(
        len(different), sum(_count_unrelated_names(bearer_names) for bearer_names in names.values())
    )


def _count_unrelated_names(names: Iterable[frozenset[str]]) -> int:
    """Return how many names remain when names that share a word are merged."""
    groups: list[frozenset[str]] = []
    for words in names:
        touching = [group for group in groups if group & words]
        groups = [group for group in groups if not group & words]
        groups.append(words.union(*touching))
    return len(groups)
