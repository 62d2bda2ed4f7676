"""Probes: each differs in what it says it differs in, in every culture where that can be."""

from __future__ import annotations

from collections import Counter

import pytest

from resolver.errors import UsageError
from resolver.records import parse_date
from resolver.synthetic import CORRUPTIONS, Probe, name_variants, probes
from resolver.synthetic.names.cultures import CULTURE_NAMES

COUNT = 1_100
KEEP_NAMES = ("none", "date-swap", "date-digit", "date-year-only", "common-name", "father-son")


@pytest.fixture(scope="module")
def found() -> list[Probe]:
    return probes(COUNT, seed=2)


def of(found: list[Probe], corruption: str) -> list[Probe]:
    chosen = [probe for probe in found if probe.corruption == corruption]
    assert chosen
    return chosen


def name(probe: Probe) -> tuple[str, str]:
    return probe.left.texts("name")[0], probe.right.texts("name")[0]


def dates_of(probe: Probe) -> tuple[str, str] | None:
    left, right = probe.left.texts("birthDate"), probe.right.texts("birthDate")
    return (left[0], right[0]) if left and right else None


def test_all_corruptions_cultures_and_many_scripts(found: list[Probe]) -> None:
    assert len(found) == COUNT
    counts = Counter(probe.corruption for probe in found)
    assert counts.keys() == {corruption.name for corruption in CORRUPTIONS}
    assert set(counts.values()) == {COUNT // len(CORRUPTIONS)}
    assert {probe.culture for probe in found} == set(CULTURE_NAMES)
    assert {"Latin", "Arabic", "Cyrillic", "Han", "Hangul", "Greek", "Georgian"} <= {
        probe.script for probe in found
    }


def test_ids_are_unique_and_probes_repeatable(found: list[Probe]) -> None:
    ids = [record.id for probe in found for record in (probe.left, probe.right)]
    assert len(set(ids)) == 2 * COUNT
    assert probes(60, seed=9) == probes(60, seed=9)
    assert probes(60, seed=9) != probes(60, seed=8)


def test_any_number_can_be_asked() -> None:
    assert [len(probes(count)) for count in (0, 1, 23)] == [0, 1, 23]
    with pytest.raises(UsageError):
        probes(-1)


def test_who_is_the_same(found: list[Probe]) -> None:
    same = {probe.corruption: probe.same for probe in found}
    assert {corruption for corruption, is_same in same.items() if not is_same} == {
        "common-name",
        "twin",
        "father-son",
    }


@pytest.mark.parametrize("corruption", KEEP_NAMES)
def test_names_that_stay(found: list[Probe], corruption: str) -> None:
    assert all(left == right for left, right in map(name, of(found, corruption)))


@pytest.mark.parametrize(
    "corruption", [one.name for one in CORRUPTIONS if one.name not in KEEP_NAMES]
)
def test_names_that_change(found: list[Probe], corruption: str) -> None:
    assert [probe.left.id for probe in of(found, corruption) if len(set(name(probe))) == 1] == []


def test_omissions_leave_out_and_nothing_else(found: list[Probe]) -> None:
    for corruption in ("patronymic-omitted", "middle-omitted", "second-surname-omitted"):
        for left, right in map(name, of(found, corruption)):
            assert set(right.split()) < set(left.split()) or len(right) < len(left)


def test_orders_hold_the_same_words(found: list[Probe]) -> None:
    for left, right in map(name, of(found, "order")):
        assert sorted(left.replace(" ", "")) == sorted(right.replace(" ", ""))


def test_titles_stand_before(found: list[Probe]) -> None:
    assert all(right.endswith(left) for left, right in map(name, of(found, "title")))


def test_cut_names_are_beginnings(found: list[Probe]) -> None:
    assert all(
        left.startswith(right) and len(right) <= 16
        for left, right in map(name, of(found, "truncated"))
    )


def test_cross_script_is_across_scripts(found: list[Probe]) -> None:
    for probe in of(found, "cross-script"):
        left, right = name(probe)
        assert left.isascii()
        assert not right.isascii()
        assert probe.script != "Latin"


def test_dates_change_as_named(found: list[Probe]) -> None:
    seen: Counter[str] = Counter()
    for probe in found:
        both = dates_of(probe)
        if both is None:
            continue
        seen[probe.corruption] += 1
        left, right = map(parse_date, both)
        if probe.corruption == "date-swap":
            assert (left.year, left.month, left.day) == (right.year, right.day, right.month)
        elif probe.corruption == "date-year-only":
            assert (right.year, right.month, right.day) == (left.year, 0, 0)
        elif probe.corruption == "date-digit":
            assert sum(a != b for a, b in zip(str(left), str(right), strict=True)) in (1, 2, 3)
        elif probe.corruption == "father-son":
            assert 18 <= right.year - left.year <= 40
        elif probe.corruption == "common-name":
            assert left != right
        elif probe.corruption != "several":
            assert left == right
    assert min(seen.values()) > 10


@pytest.mark.parametrize("culture", CULTURE_NAMES)
def test_variants_of_names(culture: str) -> None:
    variants = name_variants(culture, 12, seed=4)
    assert len(variants) == 12
    assert all(len(set(forms)) == len(forms) and forms[0].isascii() for forms in variants)
    assert max(len(forms) for forms in variants) >= 3


def test_variants_of_no_culture() -> None:
    with pytest.raises(UsageError, match="known are"):
        name_variants("elvish", 1)
