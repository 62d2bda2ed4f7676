"""Probes: each pair differs in its named difference only, in all cultures that it applies to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from resolver.errors import UsageError
from resolver.values.dates import PartialDate, parse_date
from resolver.world import CORRUPTIONS, Probe, make_probes, spell_name_variants
from resolver.world.cultures import CULTURE_NAMES

COUNT = 1_100
KEEP_NAMES = ("none", "date-swap", "date-digit", "date-year-only", "common-name", "father-son")


@pytest.fixture(scope="module")
def probes() -> list[Probe]:
    return make_probes(COUNT, seed=2)


def select(probes: list[Probe], corruption: str) -> list[Probe]:
    selected = [probe for probe in probes if probe.corruption == corruption]
    assert selected
    return selected


def name(probe: Probe) -> tuple[str, str]:
    return probe.left.texts("name")[0], probe.right.texts("name")[0]


def dates_of(probe: Probe) -> tuple[str, str] | None:
    left, right = probe.left.texts("birthDate"), probe.right.texts("birthDate")
    return (left[0], right[0]) if left and right else None


def test_all_corruptions_cultures_and_many_scripts(probes: list[Probe]) -> None:
    assert len(probes) == COUNT
    counts = Counter(probe.corruption for probe in probes)
    assert counts.keys() == {corruption.name for corruption in CORRUPTIONS}
    assert set(counts.values()) == {COUNT // len(CORRUPTIONS)}
    assert {probe.culture for probe in probes} == set(CULTURE_NAMES)
    assert {"Latin", "Arabic", "Cyrillic", "Han", "Hangul", "Greek", "Georgian"} <= {
        probe.script for probe in probes
    }


def test_ids_are_unique_and_probes_repeatable(probes: list[Probe]) -> None:
    ids = [record.id for probe in probes for record in (probe.left, probe.right)]
    assert len(set(ids)) == 2 * COUNT
    assert make_probes(60, seed=9) == make_probes(60, seed=9)
    assert make_probes(60, seed=9) != make_probes(60, seed=8)


def test_number_of_probes() -> None:
    assert [len(make_probes(count)) for count in (0, 1, 23)] == [0, 1, 23]
    with pytest.raises(UsageError):
        make_probes(-1)


def test_corruptions_of_different_persons(probes: list[Probe]) -> None:
    same = {probe.corruption: probe.same for probe in probes}
    assert {corruption for corruption, is_same in same.items() if not is_same} == {
        "common-name",
        "twin",
        "father-son",
    }


@pytest.mark.parametrize("corruption", KEEP_NAMES)
def test_names_that_stay_equal(probes: list[Probe], corruption: str) -> None:
    assert all(left == right for left, right in map(name, select(probes, corruption)))


@pytest.mark.parametrize(
    "corruption",
    [corruption.name for corruption in CORRUPTIONS if corruption.name not in KEEP_NAMES],
)
def test_names_that_change(probes: list[Probe], corruption: str) -> None:
    assert [
        probe.left.id for probe in select(probes, corruption) if len(set(name(probe))) == 1
    ] == []


def test_omissions_only_omit(probes: list[Probe]) -> None:
    for corruption in ("patronymic-omitted", "middle-omitted", "second-surname-omitted"):
        for left, right in map(name, select(probes, corruption)):
            assert set(right.split()) < set(left.split()) or len(right) < len(left)


def test_swapped_names_have_same_letters(probes: list[Probe]) -> None:
    for left, right in map(name, select(probes, "order")):
        assert sorted(left.replace(" ", "")) == sorted(right.replace(" ", ""))


def test_titles_precede_name(probes: list[Probe]) -> None:
    assert all(right.endswith(left) for left, right in map(name, select(probes, "title")))


def test_truncated_names_are_prefixes(probes: list[Probe]) -> None:
    assert all(
        left.startswith(right) and len(right) <= 16
        for left, right in map(name, select(probes, "truncated"))
    )


def test_cross_script_pairs_differ_in_script(probes: list[Probe]) -> None:
    for probe in select(probes, "cross-script"):
        left, right = name(probe)
        assert left.isascii()
        assert not right.isascii()
        assert probe.script != "Latin"


def year_month_day(date: PartialDate) -> tuple[int, int, int]:
    return date.year, date.month, date.day


def changes_one_date_part(left: PartialDate, right: PartialDate) -> bool:
    return sum(a != b for a, b in zip(str(left), str(right), strict=True)) in (1, 2, 3)


DATE_CHANGES: dict[str, Callable[[PartialDate, PartialDate], bool]] = {
    "date-swap": lambda left, right: year_month_day(left) == (right.year, right.day, right.month),
    "date-year-only": lambda left, right: year_month_day(right) == (left.year, 0, 0),
    "date-digit": changes_one_date_part,
    "father-son": lambda left, right: 18 <= right.year - left.year <= 40,
    "common-name": lambda left, right: left != right,
    "several": lambda left, right: True,
}


def test_dates_change_as_named(probes: list[Probe]) -> None:
    counts: Counter[str] = Counter()
    for probe in probes:
        dates = dates_of(probe)
        if dates is None:
            continue
        counts[probe.corruption] += 1
        left, right = map(parse_date, dates)
        is_expected = DATE_CHANGES.get(probe.corruption, PartialDate.__eq__)
        assert is_expected(left, right), probe.corruption
    assert min(counts.values()) > 10


@pytest.mark.parametrize("culture", CULTURE_NAMES)
def test_name_variants(culture: str) -> None:
    variants = spell_name_variants(culture, 12, seed=4)
    assert len(variants) == 12
    assert all(len(set(forms)) == len(forms) and forms[0].isascii() for forms in variants)
    assert max(len(forms) for forms in variants) >= 3


def test_unknown_culture_is_refused() -> None:
    with pytest.raises(UsageError, match="known are"):
        spell_name_variants("elvish", 1)
