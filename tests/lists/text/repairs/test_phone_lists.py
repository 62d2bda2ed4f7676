"""Telephone numbers in a cell."""

from __future__ import annotations

import pytest

from resolver.lists.text.repairs import read_phones, split_slashes


@pytest.mark.parametrize(
    ("cell", "phones", "rest"),
    [
        ("+99 1 555001; Tel: 555002", ["+99 1 555001", "555002"], []),
        ("+99 1 555001 fax: +99 1 555002", ["+99 1 555001"], ["fax: +99 1 555002"]),
        ("555001, Fax: 555002, 555003", ["555001"], ["Fax: 555002", "555003"]),
        ("Fax: 555002, tel 555003", ["555003"], ["Fax: 555002"]),
        ("Fax: 555002; 555003", ["555003"], ["Fax: 555002"]),
        ("555001; Telefax no.:; 555002", ["555001"], ["Telefax no.:", "555002"]),
        ("555001 (fax); 555002", ["555002"], ["555001 (fax)"]),
        ("555001 (fax), 555002", ["555002"], ["555001 (fax)"]),
        ("555001 or 555002", ["555001", "555002"], []),
        ("55; no number", [], ["55", "no number"]),
        ("", [], []),
    ],
)
def test_faxes_are_no_telephones(cell: str, phones: list[str], rest: list[str]) -> None:
    assert read_phones(cell) == (phones, rest)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+99 1 555001 / +99 1 555002", ["+99 1 555001", "+99 1 555002"]),
        ("99 1 5550016/22049928", ["99 1 5550016", "22049928"]),
        ("381-4410/4416", ["381-4410", "381-4416"]),
        ("3106566/67/72", ["3106566", "3106567", "3106572"]),
        ("533 578/9", ["533 578", "533 579"]),
        ("555001 (office)/555002", ["555001 (office)/555002"]),
        ("555 01/2-3", ["555 01/2-3"]),
        ("555001", ["555001"]),
    ],
)
def test_slashes_separate_numbers_or_their_ends(text: str, numbers: list[str]) -> None:
    assert split_slashes(text) == numbers


def test_hostile_cells_are_kept_whole() -> None:
    cell = "fax " * 5_000
    phones, rest = read_phones(cell)
    assert phones == []
    assert sum(map(len, rest)) > 15_000
    assert split_slashes("1/" * 900) == ["1/" * 900]
