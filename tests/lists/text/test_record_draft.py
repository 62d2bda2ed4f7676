"""Drafts of records: repeated facts, and aliases that name somebody else."""

from __future__ import annotations

import pytest

from resolver.errors import RecordError
from resolver.lists.text.record_draft import RecordDraft, build_handling
from resolver.records import RelationType


def make_draft() -> RecordDraft:
    draft = RecordDraft("a", "1", "Company")
    draft.add_value("name", "Paekma Shipping Co")
    return draft


@pytest.mark.parametrize("text", ["Care of First Oil JV", "c/o First Oil JV", "C/O: First Oil JV"])
@pytest.mark.parametrize("prop", ["alias", "weakAlias", "previousName"])
def test_an_alias_in_care_of_somebody_is_a_link(prop: str, text: str) -> None:
    draft = make_draft()
    draft.add_value(prop, text, "ALIAS")
    record = draft.build_record()
    assert [value.prop for value in record.values] == ["name"]
    (relation,) = record.relations
    assert (relation.type, relation.target_name) == (RelationType.LINKED_TO, "First Oil JV")
    assert (relation.role, relation.origin) == ("care of", "ALIAS")


@pytest.mark.parametrize(
    ("prop", "text"),
    [
        ("name", "Care of Creation Ltd"),
        ("alias", "Careoforce"),
        ("alias", "c/o"),
        ("notes", "c/o X"),
    ],
)
def test_other_values_that_begin_alike_stay(prop: str, text: str) -> None:
    draft = make_draft()
    draft.add_value(prop, text)
    record = draft.build_record()
    assert (prop, text) in [(value.prop, value.text) for value in record.values]
    assert record.relations == ()


def test_repeated_facts_count_once() -> None:
    draft = make_draft()
    for _ in range(2):
        draft.add_value("alias", "Paekma   Co")
        draft.add_value("alias", "c/o First Oil JV")
    record = draft.build_record()
    assert len(record.values) == 2
    assert len(record.relations) == 1


@pytest.mark.parametrize("text", ["not\u00a0for\r\npress", " not\u2028for\tpress "])
def test_white_space_in_the_facts_of_a_handling_is_read_as_spaces(text: str) -> None:
    assert build_handling({"conditions": text}).conditions == "not for press"
    assert build_handling({"conditions": "\u200fsecret"}).conditions == "\u200fsecret"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b"])
def test_control_characters_in_the_facts_of_a_handling_are_refused(text: str) -> None:
    with pytest.raises(RecordError, match="conditions"):
        build_handling({"conditions": text})
