"""Institutions: their types and likenesses, and how records of one institution differ."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import Any

from resolver.names.lexicons.group_words import city_spellings
from resolver.records import Kind, Record
from resolver.training.directories import InstitutionList, generate_institutions
from resolver.training.registers import RegisterVocabulary, WordPool

WORDS = WordPool.from_counts(
    "Adler Becker Conti Dumont Evans Fischer Garcia Hansen".split(), 3, 1.0
)
VOCABULARY = RegisterVocabulary(
    {"english": WORDS}, {"english": WORDS}, WORDS, ["english"], frozenset()
)
PLAIN: dict[str, Any] = {
    "abroad": 0.0,
    "short": 0.0,
    "units": 0.0,
    "acronyms": 0.0,
    "cities": 0.0,
    "glued": 0.0,
    "typos": 0.0,
}


def generate(seed: int = 7, **rates: Any) -> tuple[list[Record], dict[str, str]]:
    institutions = InstitutionList("test", "XS", 300, 1.5, 0.6, **rates)
    return generate_institutions(institutions, VOCABULARY, seed)


def names_by_institution(**rates: Any) -> list[set[str]]:
    records, truth = generate(**rates)
    names: dict[str, set[str]] = defaultdict(set)
    for record in records:
        names[truth[record.id]].add(record.texts("name")[0].lower())
    return list(names.values())


def test_every_record_has_an_institution_and_some_institutions_several() -> None:
    records, truth = generate()
    assert set(truth) == {record.id for record in records}
    sizes = Counter(truth.values())
    assert len(sizes) == 300
    assert 0.4 < sum(size > 1 for size in sizes.values()) / 300 < 0.75
    assert {record.kind for record in records} == {Kind.GROUP}
    assert all(record.texts("name")[0].strip() for record in records)


def test_likenesses_share_the_place_and_differ_by_a_word() -> None:
    names = names_by_institution(firms=0.0, likenesses=1.0, **PLAIN)
    firsts = [set(min(own).split()) - {"of", "in"} for own in names]
    shared = [len(first & second) for first, second in itertools.pairwise(firsts)]
    assert sum(count > 0 for count in shared) > 0.9 * len(shared)
    assert sum(first != second for first, second in itertools.pairwise(firsts)) > 200


def test_firms_bear_a_family_name_and_no_city_of_their_own() -> None:
    records, _ = generate(firms=1.0, likenesses=0.0, **PLAIN)
    cities = {spellings[0] for spellings in city_spellings()}
    words = [set(record.texts("name")[0].lower().split()) for record in records]
    assert not any(cities & own for own in words)
    assert sum(any(word.lower() in own for word in WORDS.words) for own in words) > 0.5 * len(words)


def test_names_in_other_languages_and_abbreviations_are_other_words() -> None:
    plain = names_by_institution(firms=0.0, **PLAIN)
    abroad = names_by_institution(firms=0.0, **{**PLAIN, "abroad": 0.4, "short": 0.3})
    several = [sum(len(own) > 1 for own in names) for names in (plain, abroad)]
    assert several[1] > 1.5 * several[0]


def test_some_universities_of_several_towns_name_both() -> None:
    drawn = (generate(seed, firms=0.0, likenesses=0.9, **PLAIN)[0] for seed in range(6))
    texts = {record.texts("name")[0].lower() for records in drawn for record in records}
    two = [name for name in texts if "university of " in name and " at " in name]
    cities = {spellings[0] for spellings in city_spellings()}
    assert two
    assert all(name.rpartition(" at ")[2] in cities for name in two)


def test_units_name_a_department_and_the_whole() -> None:
    records, _ = generate(firms=0.0, likenesses=0.0, **{**PLAIN, "units": 1.0})
    units = ("department", "school", "faculty")
    assert all(any(unit in record.texts("name")[0].lower() for unit in units) for record in records)


def test_same_seed_same_list() -> None:
    assert generate() == generate()
    assert generate() != generate(8)
