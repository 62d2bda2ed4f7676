"""Shipped frequency tables: how common name tokens are, and which numbers many names share.

Only tokens of at least 20 entities and numbers used under at least 20 names are kept, so that no
list can be reconstructed from the tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from resolver.normalize.name_tokens import tokenize_person
from resolver.records import Batch, Kind
from resolver.training import shared_numbers
from resolver.training.shared_numbers import MIN_BEARERS, UNINFORMATIVE, distinguishing_words

_POPULATION = 20_000
_LOCALES = tuple(
    """
    en_US en_GB en_IN en_PK de_DE fr_FR es_ES es_MX it_IT pt_BR pl_PL ru_RU uk_UA nl_NL sv_SE
    tr_TR ar_AA fa_IR hi_IN zh_CN ko_KR ja_JP vi_VN el_GR ro_RO hr_HR bg_BG hu_HU cs_CZ fi_FI
    da_DK no_NO ka_GE hy_AM az_AZ id_ID th_TH
""".split()
)
# Faker's name lists, with the share of people that each covers
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
        # a census covers one country, so use half its share if that exceeds the share in the lists
        shares[token] = max(shares.get(token, 0.0), share / 2)
    percentages = _given_name_percentages(
        census_shares("given"), census_shares("family"), given_names.shares(), family_names.shares()
    )
    return {
        "person_counts": _common_counts(shares, _POPULATION),
        "person_total": _POPULATION,
        "group_counts": _common_counts(groups.shares(), _POPULATION),
        "group_total": _POPULATION,
        "mass_used": shared_numbers.mass_used_in_batches(batch_list),
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
    """Return the percentage of its bearers for whom a token is a given name.

    `shares` are given and family names of a census, then of the lists (from records with name
    parts); both count half. Only tokens with enough bearers are included.
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
    """Number of records that bear a word, by source."""

    def __init__(self) -> None:
        self._total = 0
        self._counts: dict[str, Counter[str]] = {}

    def add(self, source: str, words: Iterable[str]) -> None:
        """Count one record of a source with its words."""
        self._total += 1
        self._counts.setdefault(source, Counter()).update(words)

    def shares(self) -> dict[str, float]:
        """Return the share of records that bear each common word.

        An entity may occur in several lists, so a word needs `MIN_BEARERS` records of one list.
        """
        totals: Counter[str] = Counter()
        common: set[str] = set()
        for counts in self._counts.values():
            totals.update(counts)
            common.update(word for word, count in counts.items() if count >= MIN_BEARERS)
        return {word: totals[word] / self._total for word in common}


def _common_counts(shares: Mapping[str, float], population: int) -> dict[str, int]:
    counts = {token: round(share * population) for token, share in shares.items()}
    return {token: count for token, count in sorted(counts.items()) if count >= MIN_BEARERS}


def census_shares(*name_types: str) -> dict[str, float]:
    """Return shares of name tokens in Faker's locales; `name_types` are `given` and `family`.

    Census weights are used where a locale has them; otherwise each name counts one over the length
    of its list, which holds the common names of that country.
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
