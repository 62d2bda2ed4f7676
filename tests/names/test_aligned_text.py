"""Texts of both records in explanations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from resolver.matching.comparators import COMPARATORS
from resolver.names.aligned_text import (
    aligned_parts,
    alignment_text,
    detail,
    form_text,
    record_texts,
)
from resolver.names.context import Context
from resolver.names.kernels.token_similarity import JOINED
from resolver.names.name_index import NameIndex
from resolver.records import Activity, Address, Identifier, Record
from resolver.records.prepared.assembly import LazyBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.results.explanation import Fate
from tests.matching.preparing import prepared
from tests.records.samples import record

FULL = record(
    "a:1",
    name=["Ann Lee", "Zed"],
    birthDate="1960-05-04",
    birthPlace="Kabul",
    nationality=["Iran", "France"],
    gender="male",
    phone="+49 30 123456",
    email="A@b.org",
    website="https://x.org/y",
    fatherName="Karim",
    incorporationDate="2001",
    identifiers=[Identifier("passportNumber", "A-12")],
    addresses=[Address(city="Lyon", country="FR")],
    activities=[Activity.ARMS, Activity.DRUGS],
)


def context_of(left: Record, right: Record) -> Context:
    batch = prepared([left, right])
    return Context(
        batch, NameIndex.of(batch), np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32), False
    )


def shown(context: Context, shows: str) -> tuple[str, str]:
    """Return the texts of both records of the first pair that a comparator compared."""
    left, right = (
        record_texts(context.prepared, int(rows[0]), int(forms[0]), int(firsts[0]), [shows])[0]
        for rows, forms, firsts in zip(
            (context.left, context.right), context.best_forms, context.principal_forms, strict=True
        )
    )
    return left, right


def test_every_comparator_shows_what_it_looked_at() -> None:
    context = context_of(
        FULL, record("b:1", firstName="Ann", lastName="Lee", gender=["male", "other"])
    )
    texts = {row.shows: shown(context, row.shows) for row in COMPARATORS}
    assert texts["names"] == ("Ann Lee", "ann lee")
    assert texts["births"] == ("1960-05-04", "")
    assert texts["starts"] == ("2001", "")
    assert texts["birth_places"] == ("Kabul", "")
    assert texts["nationalities"] == ("fr | ir", "")
    assert texts["gender"] == ("male", "male | other")
    assert texts["identifiers"] == ("A12", "")
    assert texts["addresses"] == ("Lyon, FR", "")
    assert texts["plain:activity"] == ("arms | drugs", "")
    assert texts["plain:email"] == ("a@b.org", "")
    assert texts["sources"] == ("a", "b")


def test_the_first_principal_name_may_be_another_than_the_one_compared() -> None:
    two = record("b:1", name="Zed Kyle", alias="Ann Lee")
    context = context_of(record("a:1", name="Ann Lee"), two)
    form, first = (int(forms[1][0]) for forms in (context.best_forms, context.principal_forms))
    assert record_texts(context.prepared, 1, form, first, ["names", "principals"]) == [
        "Ann Lee",
        "Zed Kyle",
    ]
    assert record_texts(context.prepared, 1, form, form, ["names", "principals"]) == [
        "Ann Lee",
        "Ann Lee",
    ]
    assert record_texts(context.prepared, 1, -1, first, ["principals", "names"]) == ["Zed Kyle", ""]


def test_nameless_sides_show_nothing() -> None:
    context = context_of(record("a:1"), FULL)
    assert shown(context, "names") == ("", "")
    assert alignment_text(context) == ""
    assert form_text(context.prepared, -1) == ""


def test_alignment_says_what_became_of_every_part() -> None:
    context = context_of(
        record("a:1", name="Ann Maria Brzezinski"), record("b:1", name="Brzezynski Ann Karl")
    )
    parts = aligned_parts(context)
    assert [(part.left, part.right, str(part.fate)) for part in parts] == [
        ("ann", "ann", "equal"),
        ("maria", "", "contradicted"),
        ("brzezinski", "brzezynski", "similar"),
        ("", "karl", "contradicted"),
    ]
    assert parts[0].similarity == 1.0
    assert 0.8 < parts[2].similarity < 1
    assert parts[2].rarity >= parts[0].rarity >= 1
    text = alignment_text(context)
    assert text.startswith(f"ann = ann ({parts[0].rarity:.1f}), maria left only, contradicted (")
    assert f"brzezinski ~ brzezynski {parts[2].similarity:.2f} (" in text


def test_what_only_one_name_has_is_omitted() -> None:
    parts = aligned_parts(
        context_of(record("a:1", name="Ann Maria Lee"), record("b:1", name="Lee Ann"))
    )
    assert {part.left: str(part.fate) for part in parts} == {
        "ann": "equal",
        "maria": "omitted",
        "lee": "equal",
    }


@pytest.mark.parametrize(
    ("left", "right"), [("Anna Bella Li", "Li Annabella"), ("Annabella Li", "Li Anna Bella")]
)
def test_two_words_that_spell_one(left: str, right: str) -> None:
    parts = aligned_parts(context_of(record("a:1", name=left), record("b:1", name=right)))
    joined = next(part for part in parts if part.fate is Fate.JOINED)
    assert {joined.left, joined.right} == {"anna bella", "annabella"}
    assert joined.similarity == JOINED
    assert len(parts) == 2


def test_parts_sum_to_what_the_kernel_says() -> None:
    left, right = (
        record("a:1", name="Ann Maria Brzezinski Lee"),
        record("b:1", name="Ann Karl Brzezynski"),
    )
    context = context_of(left, right)
    parts = aligned_parts(context)
    matched = sum(part.similarity * part.rarity for part in parts)
    unmatched = [
        sum(part.rarity for part in parts if not (part.left if side else part.right))
        for side in (0, 1)
    ]
    assert matched == pytest.approx(float(context.alignment["matched"][0]), abs=0.2)
    assert abs(unmatched[0] - unmatched[1]) == pytest.approx(
        float(context.alignment["omitted"][0]), abs=0.2
    )


def test_alignment_reads_from_left_to_right_whichever_name_goes_first() -> None:
    left, right = record("a:1", name="Ann Maria Lee"), record("b:1", name="Lee Ann")
    forth, back = alignment_text(context_of(left, right)), alignment_text(context_of(right, left))
    swapped = context_of(left, right)
    turned = Context(swapped.prepared, swapped.names, swapped.right, swapped.left, False)
    assert "maria left only" in forth
    assert "maria left only" in back  # ids decide the rows
    assert "maria right only" in alignment_text(turned)


def test_countries_of_programs_are_called_so() -> None:
    stated, listed = record("a:1", country="Syria"), record("b:1", program="SYRIA-EO13894")
    text = "through a sanctions program, not stated by both records"
    assert detail(context_of(stated, listed), "country", 0.7) == text
    assert detail(context_of(stated, replace(stated, id="b:1")), "country", 0.7) == ""
    assert detail(context_of(stated, record("b:1", country="Iran")), "country", 0.0) == ""


def test_details() -> None:
    context = context_of(FULL, FULL_AGAIN)
    assert detail(context, "birth_date", 1.0) == "the same day"
    assert detail(context, "birth_date", float(np.float32(0.86))) == "day and month swapped"
    assert detail(context, "birth_date", float("nan")) == ""
    assert detail(context, "gender", 1.0) == ""
    assert detail(context, "name", 1.0) == alignment_text(context)


FULL_AGAIN = record("b:1", name="Ann Lee", birthDate="1960-05-04")


def test_a_number_that_many_use_is_told() -> None:
    number = [Identifier("passportNumber", "1234567")]
    left, right = (
        record("a:1", name="Ann", identifiers=number),
        record("b:1", name="Ann", identifiers=number),
    )
    assert (
        detail(context_of(left, right), "identifier", np.nan)
        == "a number that many use, or an invented one: it says nothing"
    )
    other = record("b:1", name="Ann", identifiers=[Identifier("passportNumber", "A-12")])
    assert detail(context_of(left, other), "identifier", np.nan) == ""
    assert detail(context_of(left, record("b:1", name="Ann")), "identifier", np.nan) == ""


@pytest.mark.parametrize(
    ("similarity", "is_weaker"),
    [(1.0, False), (0.9, True), (0.6, True), (0.2, False), (0.0, False)],
)
def test_a_number_that_says_less_than_another_has_a_reason(
    similarity: float, is_weaker: bool
) -> None:
    text = detail(context_of(FULL, FULL_AGAIN), "identifier", similarity)
    assert text.startswith("the same number; it counts less") is is_weaker


def test_numbers_that_only_one_side_has_need_not_be_at_hand() -> None:
    with_number = prepared(
        [record("a:1", name="Ann", identifiers=[Identifier("passportNumber", "A-12")])]
    )
    rows = np.zeros(1, dtype=np.int64)
    query = prepared([record("q:1", name="Ann")])
    batch = LazyBatch(
        [BatchRows(query, rows), BatchRows(with_number, rows)],
        pa.array(["q:1", "a:1"]),
        is_query=True,
    )
    context = Context(
        batch, NameIndex.of(batch), np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32), False
    )
    assert len(batch.identifier_table.number) == 0
    assert len(batch.identifiers[1]) == 1
    assert detail(context, "identifier", np.nan) == ""
