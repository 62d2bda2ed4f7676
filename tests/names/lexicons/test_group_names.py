"""Analysis of groups' names: `rigour`, whose tables these are, finds the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rigour.names import NamePartTag, NameTypeTag, analyze_names, extract_org_types

from resolver.names.lexicons.legal_forms import (
    NUMERIC,
    analyze_group_name,
    find_legal_forms,
    level_legal_forms,
)
from resolver.reference import read_table

SIGNS = "№ ½ ² Ⅻ ١٢ ﷺ ß \u0301 \u093e \u094d _ - & ' ( ) . ,".split()
WORDS = (
    "the La first second No. 2 II xi st 1st of Kingdom United Russia Россия co ltd s.a. GmbH ООО"
    " limited liability company non-governmental organisation bank trading 公司 share"
).split()
NAMES = st.lists(
    st.tuples(st.sampled_from([*WORDS, *SIGNS]), st.sampled_from(["", " ", " ", ". "])), max_size=8
).map(lambda pieces: "".join("".join(piece) for piece in pieces))
Analysis = tuple[list[str], list[tuple[Any, ...]], list[tuple[Any, ...]], list[int], list[int]]


def analyze_by_library(text: str) -> Analysis | None:
    names = analyze_names(NameTypeTag.ORG, [text], phonetics=False, consolidate=False)
    if not names:
        return None
    (name,) = names
    spans = [
        (span.symbol.category.value, span.symbol.id, tuple(part.index for part in span.parts))
        for span in name.spans
    ]
    legal, stop = (
        [part.index for part in name.parts if part.tag == tag]
        for tag in (NamePartTag.LEGAL, NamePartTag.STOP)
    )
    return ([part.form for part in name.parts], *_parted(spans), legal, stop)


def analyze(text: str) -> Analysis | None:
    name = analyze_group_name(text)
    if name is None:
        return None
    return (name.words, *_parted(list(name.spans)), sorted(name.legal), sorted(name.stop))


def _parted(spans: list[Any]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return numbers in their order, and other symbols, which have none."""
    numbers = [tuple(span) for span in spans if span[0] == NUMERIC]
    return numbers, sorted(tuple(span) for span in spans if span[0] != NUMERIC)


@given(NAMES)
@example("International Bank for Reconstruction and Development")
@example("PUBLIC JOINT STOCK COMPANY ACME (ACME PJSC) No. 12")
@example("9223372036854775808 99999999999999999999")
def test_names_are_analyzed_as_by_rigour(text: str) -> None:
    assert analyze(text) == analyze_by_library(text)


@given(NAMES)
def test_legal_forms_are_those_of_rigour(text: str) -> None:
    assert find_legal_forms(text) == [form for form, _ in extract_org_types(text)]


@pytest.mark.slow
def test_every_phrase_of_the_tables_is_analyzed_as_by_rigour() -> None:
    tables = read_table("names")
    phrases = [*tables["phrases"], *tables["legal_forms"]]
    for first, second in zip(phrases, reversed(phrases), strict=True):
        text = f"Acme {first} {second}"
        assert analyze(text) == analyze_by_library(text), text


@pytest.mark.parametrize(
    ("name", "leveled"),
    [
        ("acme aktiengesellschaft", "acme ag"),
        ("acme co., ltd.", "acme coltd"),
        ("public limited co.foo", "plc co.foo"),
        ("bellcorp", "bellcorp"),
    ],
)
def test_legal_forms_are_leveled(name: str, leveled: str) -> None:
    assert level_legal_forms(name) == leveled


def test_signs_are_no_name() -> None:
    assert analyze_group_name(" . ") is None
