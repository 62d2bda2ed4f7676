"""Marked patronymics: who is whose father, alone and in batches."""

from __future__ import annotations

from itertools import pairwise

import pytest

from resolver.names.lexicons.name_roles import mark_form
from resolver.records import Record
from resolver.records.prepared.value_flags import Lineage, Role
from tests.matching.preparing import prepared
from tests.records.samples import record

_LETTERS = {0: "-", int(Lineage.OWN): "o", int(Lineage.FOREBEAR): "f"}


def lineage(*records: Record) -> list[str]:
    """Return the lineage of the words of each form: own, forebear or neither."""
    batch = prepared(records)
    offsets = batch.forms.tokens.offsets.tolist()
    letters = [_LETTERS[role & ~7] for role in batch.forms.roles.tolist()]
    return ["".join(letters[start:end]) for start, end in pairwise(offsets)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Salman bin Muhammad", "o-f"),
        ("Salman bin Muhammad bin Ali", "o-f-f"),
        ("Muhammad Salman bin Ali", "-o-f"),
        ("Fatima bint Ali", "o-f"),
        ("Mohamed Ould Ahmed", "o-f"),
        ("Yosef ben David", "o-f"),
        ("Rhys ap Gruffydd", "o-f"),
        ("سلمان بن محمد", "o-f"),
        ("Ali Vagif oglu Aliyev", "of--"),
        ("Aliyev Ali Vagif oglu", "oof-"),
        ("bin Laden Osama", "-f-"),
        ("bin Laden Osama bin Muhammad", "-fo-f"),
        ("Salman Muhammad bin", "---"),
        ("Salman Muhammad", "--"),
        ("Muhammad oglu", "f-"),
        ("bin Laden Vagif oglu", "-ff-"),
        ("Ben Smith", "-f"),
        ("bin", "-"),
    ],
)
def test_lineage_of_full_names(name: str, expected: str) -> None:
    single, other = record("s:1", name=name), record("s:2", name="Zoe Quartz")
    assert lineage(single) == [expected]
    # A batch of several records is read by arrays.
    assert sorted(lineage(single, other)) == sorted([expected, "--"])


def test_a_word_before_the_marked_own_name_may_be_the_family_or_the_given_name() -> None:
    roles = [int(Role.LIKELY_GIVEN), 0, 0, int(Role.LIKELY_FAMILY)]
    mark_form(["saud", "salman", "bin", "muhammad"], roles)
    assert roles[:2] == [int(Role.LIKELY_GIVEN), int(Lineage.OWN)]


def test_a_stated_family_name_is_no_forebear() -> None:
    assert lineage(record("s:1", firstName="Osama", lastName="bin Laden")) == ["o--"]


def test_a_stated_own_name_is_no_forebear() -> None:
    assert lineage(record("s:1", firstName="Vagif", lastName="oglu")) == ["o-"]
