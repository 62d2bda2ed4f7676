"""The shipped tables: how common name tokens are, and which document numbers many unrelated people use. Only tokens
borne by 20 entities or more and numbers used under 20 names or more are kept, so that no list can be read back from
them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from resolver.normalize.name_tokens import person_tokens
from resolver.records import Batch, Kind
from resolver.training import shared_numbers
from resolver.training.shared_numbers import LEAST, SKIP, words_of

_POPULATION = 20_000
_LOCALES = tuple(
    "en_US en_GB en_IN en_PK de_DE fr_FR es_ES es_MX it_IT pt_BR pl_PL ru_RU uk_UA nl_NL sv_SE tr_TR ar_AA fa_IR "
    "hi_IN zh_CN ko_KR ja_JP vi_VN el_GR ro_RO hr_HR bg_BG hu_HU cs_CZ fi_FI da_DK no_NO ka_GE hy_AM az_AZ "
    "id_ID th_TH".split()
)
# Faker's name lists, and the share of people that each describes
_LISTS = {
    "given": (("first_names_male", 0.5), ("first_names_female", 0.5), ("first_names", 0.5)),
    "family": (("last_names", 1.0), ("last_names_male", 0.5), ("last_names_female", 0.5)),
}


def count_tables(batches: Iterable[Batch]) -> dict[str, Any]:
    """Token counts over the records of some batches and Faker's lists of names, and the numbers that many use."""
    held = list(batches)
    persons, groups, given, family = _Words(), _Words(), _Words(), _Words()
    for batch in held:
        for record in batch.to_records():
            (persons if record.kind == Kind.PERSON else groups).add(record.source, words_of(record))
            if record.kind == Kind.PERSON:
                given.add(record.source, _words_in(record.texts("firstName")))
                family.add(record.source, _words_in(record.texts("lastName")))
    shares = persons.shares()
    for token, share in census_shares("given", "family").items():
        # a census speaks for one country: half its share, where that is more than the lists say
        shares[token] = max(shares.get(token, 0.0), share / 2)
    return {
        "person_counts": _kept(shares, _POPULATION),
        "person_total": _POPULATION,
        "group_counts": _kept(groups.shares(), _POPULATION),
        "group_total": _POPULATION,
        "mass_used": shared_numbers.of_batches(held),
        "person_given": _given_shares(
            census_shares("given"), census_shares("family"), given.shares(), family.shares()
        ),
    }


def _words_in(texts: Iterable[str]) -> set[str]:
    return {token.text for text in texts for token in person_tokens(text) if not token.flags & SKIP}


def _given_shares(*shares: Mapping[str, float]) -> dict[str, int]:
    """Per cent of its bearers to whom a token is a given name: by a census's given and family names, and by the lists'
    (which are told in parts), half each. Only tokens that enough bear."""
    known = {
        token for part in shares for token, share in part.items() if share * _POPULATION >= LEAST
    }
    found = {}
    for token in sorted(known):
        census_given, census_family, listed_given, listed_family = (
            part.get(token, 0.0) for part in shares
        )
        given, family = census_given + listed_given, census_family + listed_family
        found[token] = round(100 * given / (given + family))
    return found


class _Words:
    """How many records bear a word, by source."""

    def __init__(self) -> None:
        self._total = 0
        self._counts: dict[str, Counter[str]] = {}

    def add(self, source: str, words: Iterable[str]) -> None:
        self._total += 1
        self._counts.setdefault(source, Counter()).update(words)

    def shares(self) -> dict[str, float]:
        """The share of records that bear each word that is common enough: one entity stands in several lists, so it
        takes `LEAST` records of one list."""
        together: Counter[str] = Counter()
        common: set[str] = set()
        for counts in self._counts.values():
            together.update(counts)
            common.update(word for word, count in counts.items() if count >= LEAST)
        return {word: together[word] / self._total for word in common}


def _kept(shares: Mapping[str, float], population: int) -> dict[str, int]:
    counts = {token: round(share * population) for token, share in shares.items()}
    return {token: count for token, count in sorted(counts.items()) if count >= LEAST}


def census_shares(*wanted: str) -> dict[str, float]:
    """Shares of `given` names, `family` names or both in Faker's locales: by census weights where a locale has them,
    else one over the length of its list, which holds that country's common names."""
    shares: dict[str, float] = {}
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        found: dict[str, float] = {}
        for attribute, part in (row for name in wanted for row in _LISTS[name]):
            names = getattr(provider, attribute, ())
            weights = names if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
            scale = part / max(sum(weights.values()), 1e-9)
            for name, weight in weights.items():
                for token in person_tokens(name):
                    if not token.flags & SKIP:
                        found[token.text] = found.get(token.text, 0.0) + weight * scale
        for text, share in found.items():
            shares[text] = max(shares.get(text, 0.0), share)
    return shares
