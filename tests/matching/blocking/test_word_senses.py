"""Senses of the words of names, by which names in two languages are joined."""

from __future__ import annotations

import numpy as np

from resolver.matching.blocking import RULES, join_candidates
from resolver.matching.blocking.rules import PLAN_BY_NAME
from resolver.records import Record
from resolver.records.kinds import Kind
from tests.matching.preparing import prepared
from tests.records.samples import record


def joined(rule: str, *records: Record) -> list[tuple[int, int]]:
    """Return the pairs that a rule of the smallest plan joins."""
    pairs, _ = join_candidates(prepared(list(records)), PLAN_BY_NAME["XS"])
    number = next(place for place, row in enumerate(RULES) if row.name == rule)
    is_joined = (pairs.rules >> np.uint32(number)) & np.uint32(1) == 1
    return list(zip(pairs.left[is_joined].tolist(), pairs.right[is_joined].tolist(), strict=True))


def group(record_id: str, name: str, founded: str = "") -> Record:
    return record(record_id, Kind.GROUP, name=name, incorporationDate=founded)


def test_a_translated_word_and_a_name_of_its_own_join_groups() -> None:
    rows = (
        group("s:1", "Sahak Shipping"),
        group("s:2", "Keshtirani Sahak"),
        group("s:3", "Keshtirani Barlas"),
    )
    assert joined("symbol_pair", *rows) == [(0, 1)]


def test_two_translated_words_join_groups() -> None:
    rows = (group("s:1", "Golden Eagle Front"), group("s:2", "Jabhat Uqab"))
    assert joined("symbol_pair", *rows) == [(0, 1)]


def test_consonants_are_no_sense_in_names_of_persons() -> None:
    rows = (
        record("s:1", name="Ivan Tsoukalas"),
        record("s:2", name="Иван Tsoukalas"),
        record("s:3", name="Ivan Alexander"),
        record("s:4", name="Iskander Иван"),
    )
    assert joined("symbol_pair", *rows) == [(2, 3)]


def test_groups_of_one_founding_day_are_joined() -> None:
    rows = (
        group("s:1", "Vo Manpower", founded="2012-09-15"),
        group("s:2", "Red Recruiters", founded="2012-09-15"),
        group("s:3", "Blue Recruiters", founded="2012-01-01"),
        group("s:4", "White Recruiters", founded="2012-01-01"),
    )
    assert joined("birth_day", *rows) == [(0, 1)]


def test_persons_keep_their_keys_among_legal_entities_of_their_names() -> None:
    names = ("Ivan Tsoukalas", "Иван Tsoukalas")
    people = [record(f"s:{place}", name=name) for place, name in enumerate(names)]
    bodies = [record(f"t:{place}", Kind.LEGAL, name=name) for place, name in enumerate(names)]
    assert joined("symbol_pair", *people) == []
    assert (0, 1) not in joined("symbol_pair", *people, *bodies)
