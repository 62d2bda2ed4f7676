"""Numbers that many use: document numbers, telephones and e-mail addresses that `LEAST` bearers of different names or
more hold. They tell nobody from anybody: 0000000, a ministry's telephone, a forger's favourite.

A bearer is a record. Where a store knows which records are one it is an entity, so that a company in twenty lists is
one bearer; but of an entity whose names share no word each name is a bearer, for such a number may be all that brought
them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from resolver.normalize.folding import hash64
from resolver.normalize.name_tokens import group_tokens, person_tokens
from resolver.normalize.prepare import PLAIN
from resolver.normalize.values import CONTACTS, contact_key, number_text
from resolver.records import Batch, Kind, Record
from resolver.records.packing import split
from resolver.records.prepared.batch import TokenFlag
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS
from resolver.store import Store, View

LEAST = 20
"""Names under which a number is used, so that a table of such numbers gives no list away."""
SKIP = TokenFlag.PARTICLE | TokenFlag.INITIAL | TokenFlag.LEGAL | TokenFlag.NUMBER
"""Words that tell no name from another."""
Bearers = npt.NDArray[np.int64]
Pieces = Callable[[], Iterable[tuple[Batch, Bearers]]]
"""Batches, and who each of their records is; asked for twice."""


def words_of(record: Record) -> set[str]:
    """The words of all names of a record, but for those that tell no name from another."""
    is_person = record.kind == Kind.PERSON
    texts = record.texts(*FULL_NAMES) + (record.texts(*NAME_PARTS) if is_person else ())
    tokens = person_tokens if is_person else group_tokens
    return {token.text for text in texts for token in tokens(text) if not token.flags & SKIP}


def mass_used(pieces: Pieces) -> list[str]:
    """The numbers of some batches that many use, as the model's table names them, sorted."""
    held = [np.zeros(0, dtype=np.uint64)]
    for batch, _ in pieces():
        for _, codes, texts in _held(batch):
            held.append(
                np.array([hash64(text) if text else 0 for text in texts], dtype=np.uint64)[codes]
            )
    found, counts = np.unique(np.concatenate(held), return_counts=True)
    frequent = set(found[(counts >= LEAST) & (found != 0)].tolist())
    if not frequent:
        return []
    return sorted(
        number for number, names in _named(pieces, frequent).items() if _bearers(names) >= LEAST
    )


def of_batches(batches: Iterable[Batch]) -> list[str]:
    """`mass_used` where nobody knows which records are one."""
    held, start = [], 0
    for batch in batches:
        held.append((batch, np.arange(start, start + len(batch), dtype=np.int64)))
        start += len(batch)
    return mass_used(lambda: held)


def of_store(store: Store) -> tuple[int, list[str]]:
    """How many records a store holds, and the numbers that many of its entities use."""
    with store.view() as view:
        record, _ = view.all_members()
        return len(record), mass_used(lambda: _pieces(view))


def of_store_at(url: str) -> tuple[int, list[str]]:
    """`of_store` of the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return of_store(store)


def _pieces(view: View) -> Iterator[tuple[Batch, Bearers]]:
    record, entity = view.all_members()
    for found in view.batches():
        yield found.batch, entity[np.searchsorted(record, found.numbers)]


def _held(batch: Batch) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[str]]]:
    """Per property of numbers: rows, codes, and what each code is called in the table (empty: nothing)."""
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
        contact = PLAIN[prop](text)
        return contact_key(prop, contact) if contact else ""
    number = number_text(prop, split(text, 3)[0])
    return number if len(number) > 2 else ""


Names = dict[int, set[frozenset[str]]]
"""Who holds a number, and under which names (their words)."""


def _named(pieces: Pieces, wanted: set[int]) -> dict[str, Names]:
    """The names under which some numbers (hashes) are held."""
    found: dict[str, Names] = {}
    for batch, who in pieces():
        for rows, codes, texts in _held(batch):
            these = np.array([bool(text) and hash64(text) in wanted for text in texts], dtype=bool)
            picked = np.flatnonzero(these[codes])
            for place, record in zip(
                picked.tolist(), batch.take(rows[picked]).to_records(), strict=True
            ):
                if words := frozenset(words_of(record)):
                    names = found.setdefault(texts[codes[place]], {})
                    names.setdefault(int(who[rows[place]]), set()).add(words)
    return found


def _bearers(names: Names) -> int:
    """How many hold a number, as far as they have names of their own."""
    different = set().union(*names.values())
    return min(len(different), sum(_apart(held) for held in names.values()))


def _apart(names: Iterable[frozenset[str]]) -> int:
    """How many of an entity's names are left when those that share a word are one."""
    groups: list[frozenset[str]] = []
    for words in names:
        touching = [group for group in groups if group & words]
        groups = [group for group in groups if not group & words]
        groups.append(words.union(*touching))
    return len(groups)
