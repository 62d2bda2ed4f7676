"""Shipped frequency tables: how common tokens of names are, and which numbers many names share.

The tables have only tokens of at least 20 entities, and numbers of at least 20 names, so that no
list can be reconstructed from them.

Shared numbers are documents, telephones and e-mail addresses. A number with at least `MIN_BEARERS`
bearers of different names identifies nobody: 0000000, a ministry's telephone, a popular forgery. A
bearer is a record. If a store knows which records belong together, a bearer is an entity, so a
company that is in twenty lists is one bearer. If the names of an entity share no word, each name
counts as a bearer, because such a number may be the only reason why the records were merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.names.group_tokens import tokenize_group
from resolver.names.name_tokens import tokenize_person
from resolver.records import Batch, Kind, Record
from resolver.records.prepared.value_flags import TokenFlag
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS
from resolver.runtime.text_cache import hash64
from resolver.store import Store, StoreView
from resolver.values.identifiers import CONTACTS, contact_key, read_packed_identifier
from resolver.values.prepared_values import TEXT_NORMALIZERS

MIN_BEARERS = 20
"""Minimum number of bearers in a shipped table, so that the table discloses no list."""
UNINFORMATIVE = TokenFlag.PARTICLE | TokenFlag.INITIAL | TokenFlag.LEGAL | TokenFlag.NUMBER
"""Flags of tokens that do not distinguish names."""
BearerIds = npt.NDArray[np.int64]
BearerBatches = Callable[[], Iterable[tuple[Batch, BearerIds]]]
"""Function that returns batches with the bearer id of each record; it is called twice."""


def distinguishing_words(record: Record) -> set[str]:
    """Return the words in the names of a record, without words that do not distinguish names."""
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
        if _count_shared_numbers_bearers(names) >= MIN_BEARERS
    )


def mass_used_in_batches(batches: Iterable[Batch]) -> list[str]:
    """Return the shared numbers of batches in which each record is a bearer of its own."""
    batches_with_ids, start = [], 0
    for batch in batches:
        batches_with_ids.append((batch, np.arange(start, start + len(batch), dtype=np.int64)))
        start += len(batch)
    return mass_used_numbers(lambda: batches_with_ids)


def mass_used_in_store(store: Store) -> tuple[int, list[str]]:
    """Return the number of records in a store, and the numbers that many of its entities share."""
    with store.view() as view:
        record, _ = view.all_members()
        return len(record), mass_used_numbers(lambda: _store_batches(view))


def mass_used_at_url(url: str) -> tuple[int, list[str]]:
    """Return `mass_used_in_store` of the store at a URL. Raises `StoreError` if the store cannot be
    read.
    """
    with Store.open(url, create=False) as store:
        return mass_used_in_store(store)


def _store_batches(view: StoreView) -> Iterator[tuple[Batch, BearerIds]]:
    record, entity = view.all_members()
    for part in view.batches():
        yield part.batch, entity[np.searchsorted(record, part.numbers)]


def _number_columns(
    batch: Batch,
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[str]]]:
    """Yield, for each property with numbers, rows, codes, and the table notation of the codes (""
    for a code without one).
    """
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
    """Return the names for which the numbers with the given hashes are used."""
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


def _count_shared_numbers_bearers(names: NamesByBearer) -> int:
    """Return the number of bearers that have unrelated names."""
    different = set().union(*names.values())
    return min(
        len(different), sum(_count_unrelated_names(bearer_names) for bearer_names in names.values())
    )


def _count_unrelated_names(names: Iterable[frozenset[str]]) -> int:
    """Return the number of names if names that share a word are counted as one."""
    groups: list[frozenset[str]] = []
    for words in names:
        touching = [group for group in groups if group & words]
        groups = [group for group in groups if not group & words]
        groups.append(words.union(*touching))
    return len(groups)


_POPULATION = 20_000
_LOCALES = tuple(
    """
    en_US en_GB en_IN en_PK de_DE fr_FR es_ES es_MX it_IT pt_BR pl_PL ru_RU uk_UA nl_NL sv_SE
    tr_TR ar_AA fa_IR hi_IN zh_CN ko_KR ja_JP vi_VN el_GR ro_RO hr_HR bg_BG hu_HU cs_CZ fi_FI
    da_DK no_NO ka_GE hy_AM az_AZ id_ID th_TH
""".split()
)
# Faker's name lists, with the share of people that each list covers
_NAME_LISTS = {
    "given": (("first_names_male", 0.5), ("first_names_female", 0.5), ("first_names", 0.5)),
    "family": (("last_names", 1.0), ("last_names_male", 0.5), ("last_names_female", 0.5)),
}


def build_frequency_tables(batches: Iterable[Batch]) -> dict[str, Any]:
    """Return the tables of a model, counted in some batches and in Faker's name lists."""
    batch_list = list(batches)
    persons, groups, given_names, family_names = _count_bearers(batch_list)
    shares = persons.shares()
    for token, share in census_shares("given", "family").items():
        # a census covers one country, so half of its share is used if that exceeds the share in the
        # lists
        shares[token] = max(shares.get(token, 0.0), share / 2)
    percentages = _given_name_percentages(
        census_shares("given"), census_shares("family"), given_names.shares(), family_names.shares()
    )
    return {
        "person_counts": _common_counts(shares),
        "person_total": _POPULATION,
        "group_counts": _common_counts(groups.shares()),
        "group_total": _POPULATION,
        "mass_used": mass_used_in_batches(batch_list),
        "person_given": percentages,
    }


def _count_bearers(batches: Iterable[Batch]) -> tuple[_BearerCounts, ...]:
    """Count the words of persons and of groups, and persons' given and family names."""
    persons, groups, given_names, family_names = counts = tuple(_BearerCounts() for _ in range(4))
    for batch in batches:
        for record in batch.to_records():
            if record.kind == Kind.PERSON:
                persons.add(record.source, distinguishing_words(record))
                given_names.add(record.source, _informative_words(record.texts("firstName")))
                family_names.add(record.source, _informative_words(record.texts("lastName")))
            else:
                groups.add(record.source, distinguishing_words(record))
    return counts


def _informative_words(texts: Iterable[str]) -> set[str]:
    return {
        token.text
        for text in texts
        for token in tokenize_person(text)
        if not token.flags & UNINFORMATIVE
    }


def _given_name_percentages(*shares: Mapping[str, float]) -> dict[str, int]:
    """Return, for each token, the percentage of its bearers for whom it is a given name.

    `shares` has given and family names, first of a census, then of the lists (from records with
    name parts); both count half. Only tokens with enough bearers are included.
    """
    common_tokens = {
        token
        for part in shares
        for token, share in part.items()
        if share * _POPULATION >= MIN_BEARERS
    }
    percentages = {}
    for token in sorted(common_tokens):
        census_given, census_family, listed_given, listed_family = (
            part.get(token, 0.0) for part in shares
        )
        given_share, family_share = census_given + listed_given, census_family + listed_family
        percentages[token] = round(100 * given_share / (given_share + family_share))
    return percentages


class _BearerCounts:
    """Number of records that have a word, by source."""

    def __init__(self) -> None:
        self._total = 0
        self._counts: dict[str, Counter[str]] = {}

    def add(self, source: str, words: Iterable[str]) -> None:
        """Count one record of a source with its words."""
        self._total += 1
        self._counts.setdefault(source, Counter()).update(words)

    def shares(self) -> dict[str, float]:
        """Return the share of records that have each common word.

        An entity may be in several lists, so a word needs `MIN_BEARERS` records in one list.
        """
        totals: Counter[str] = Counter()
        common: set[str] = set()
        for counts in self._counts.values():
            totals.update(counts)
            common.update(word for word, count in counts.items() if count >= MIN_BEARERS)
        return {word: totals[word] / self._total for word in common}


def _common_counts(shares: Mapping[str, float]) -> dict[str, int]:
    counts = {token: round(share * _POPULATION) for token, share in shares.items()}
    return {token: count for token, count in sorted(counts.items()) if count >= MIN_BEARERS}


def census_shares(*name_types: str) -> dict[str, float]:
    """Return shares of name tokens in Faker's locales; `name_types` are `given` and `family`.

    Census weights are used if a locale has them. Otherwise each name counts as 1 divided by the
    length of its list, which has the common names of that country.
    """
    shares: dict[str, float] = {}
    for locale in _LOCALES:
        for text, share in _locale_shares(locale, name_types).items():
            shares[text] = max(shares.get(text, 0.0), share)
    return shares


def _locale_shares(locale: str, name_types: Iterable[str]) -> dict[str, float]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    shares: dict[str, float] = {}
    for attribute, part in (row for name in name_types for row in _NAME_LISTS[name]):
        names = getattr(provider, attribute, ())
        weights = names if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
        scale = part / max(sum(weights.values()), 1e-9)
        for name, weight in weights.items():
            for token in tokenize_person(name):
                if not token.flags & UNINFORMATIVE:
                    shares[token.text] = shares.get(token.text, 0.0) + weight * scale
    return shares
