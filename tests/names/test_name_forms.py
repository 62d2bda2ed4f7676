"""Names of a record: as written, and composed of parts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.name_forms import MAX_NAME_PARTS, FormRows, _forms_of_records
from resolver.records import Kind, Record
from resolver.records.prepared.batch import PreparedBatch, Ragged
from resolver.records.prepared.value_flags import Lineage, NameQuality, Role
from tests.matching.preparing import prepared
from tests.records.samples import record


def forms(item: Record) -> list[tuple[str, NameQuality]]:
    """Return the names of a record with their quality."""
    names = prepared([item])
    return [
        (_words(names, form), NameQuality(int(quality)))
        for form, quality in zip(names.names[0].tolist(), names.name_quality.tolist(), strict=True)
    ]


def _words(names: PreparedBatch, form: int) -> str:
    return " ".join(names.tokens.texts[token] for token in names.forms.tokens[form])


def roles(item: Record) -> list[int]:
    names = prepared([item])
    (form,) = names.names[0].tolist()
    start, end = names.forms.tokens.offsets[form : form + 2]
    return names.forms.roles[start:end].tolist()  # type: ignore[no-any-return]


def test_best_names_come_first() -> None:
    item = record(
        "s:1", weakAlias="Zed", alias=["Bob Lee", "Al Lee"], name="Cy Lee", previousName="Dan Lee"
    )
    assert forms(item) == [
        ("cy lee", NameQuality.PRIMARY),
        ("al lee", NameQuality.ALIAS),
        ("bob lee", NameQuality.ALIAS),
        ("dan lee", NameQuality.ALIAS),
        ("zed", NameQuality.WEAK),
    ]


def test_reordered_names_are_one_name_of_best_quality() -> None:
    assert forms(record("s:1", alias="Lee, Ann", name="Ann LEE")) == [
        ("ann lee", NameQuality.PRIMARY)
    ]
    assert forms(record("s:1", weakAlias="Ann Lee", alias="Lee Ann")) == [
        ("lee ann", NameQuality.ALIAS)
    ]


def test_names_of_titles_have_different_hashes() -> None:
    assert len(forms(record("s:1", name="Sheikh Haji", alias="Mullah"))) == 2
    names = prepared(
        [record("s:1", name="Sheikh"), record("s:2", name="Mullah"), record("s:3", name="Sheikh")]
    )
    compact = [int(names.forms.compact[names.names[row][0]]) for row in range(3)]
    assert compact[0] == compact[2] != compact[1]
    assert 0 not in compact


def test_parts_are_put_together() -> None:
    item = record(
        "s:1",
        firstName=["Ann", "Anna"],
        middleName="Maria",
        lastName=["Lee", "Smith"],
        fatherName="Carl",
    )
    assert [text for text, _ in forms(item)] == [
        "ann maria carl lee",
        "ann maria carl smith",
        "anna maria carl lee",
        "anna maria carl smith",
    ]


def test_composed_names_replace_equal_written_ones() -> None:
    item = record("s:1", name="Ann Maria Lee", firstName="Ann", middleName="Maria", lastName="Lee")
    assert [text for text, _ in forms(item)] == ["ann maria lee"]
    assert roles(item) == [Role.GIVEN | Lineage.OWN, Role.MIDDLE, Role.FAMILY]
    assert roles(record("s:1", name="Ann Lee")) == [Role.LIKELY_GIVEN, Role.LIKELY_FAMILY]


def test_single_parts_add_no_name_to_full_ones() -> None:
    for item in (
        record("s:1", name="Hicham Abada", firstName="Hicham"),
        record("s:1", name="Hicham Abada", lastName="Abada"),
        record("s:1", name="Hicham Abada", fatherName="Mahieddine"),
    ):
        assert [text for text, _ in forms(item)] == ["hicham abada"]
    assert [text for text, _ in forms(record("s:1", alias="Abada", firstName="Hicham"))] == [
        "hicham",
        "abada",
    ]
    assert forms(record("s:1", fatherName="Mahieddine")) == []


def test_stated_fathers_are_forebears() -> None:
    item = record("s:1", firstName="Osman Nur", fatherName="Omar", lastName="Mehari")
    assert roles(item) == [
        Role.GIVEN | Lineage.OWN,
        Role.GIVEN,
        Role.MIDDLE | Lineage.FOREBEAR,
        Role.FAMILY,
    ]


def test_combinations_of_parts_are_limited() -> None:
    flood = {
        prop: [f"{prop[0]}{number:04d}" for number in range(500)]
        for prop in ("firstName", "lastName")
    }
    names = forms(record("s:1", firstName=flood["firstName"], lastName=flood["lastName"]))
    assert len(names) == MAX_NAME_PARTS**2
    assert names[0][0] == "f0000 l0000"


def test_a_single_part_has_no_role() -> None:
    assert (
        roles(record("s:1", lastName="Lee"))
        == roles(record("s:1", firstName="Ann"))
        == [Role.UNSET]
    )


def test_texts_without_letters_give_no_name() -> None:
    assert forms(record("s:1", name="***", alias="")) == []
    assert forms(record("s:1", birthDate="1960")) == []


def test_groups_and_persons_with_one_name_have_tokens_of_their_own() -> None:
    names = prepared([record("s:1", name="Bank Ali"), record("s:2", Kind.GROUP, name="Bank Ali")])
    first, second = (names.forms.tokens[int(names.names[row][0])].tolist() for row in range(2))
    assert not set(first) & set(second)
    assert names.tokens.hashes[first].tolist() == names.tokens.hashes[second].tolist()


def test_neighbours_written_together() -> None:
    names = prepared([record("s:1", name="Ab Dul"), record("s:2", name="Abdul")])
    split, joined = (int(names.names[row][0]) for row in range(2))
    start = names.forms.tokens.offsets[split]
    assert names.forms.joined[start] == names.tokens.hashes[names.forms.tokens[joined][0]]
    assert names.forms.joined[start + 1] == 0


def test_rarity_depends_on_population_and_flags() -> None:
    names = prepared(
        [
            record("s:1", name="Dr J Mohammed Trading"),
            record("s:2", Kind.GROUP, name="Qux Trading LLC"),
        ]
    )
    tokens = names.tokens
    person = {
        tokens.texts[t]: float(tokens.rarity_person[t])
        for t in names.forms.tokens[int(names.names[0][0])]
    }
    group = {
        tokens.texts[t]: float(tokens.rarity_group[t])
        for t in names.forms.tokens[int(names.names[1][0])]
    }
    assert person["dr"] < person["j"] < person["mohammed"] < person["trading"]
    assert group["llc"] < group["trading"] < group["qux"]


def test_legal_entities_are_named_as_persons_and_groups() -> None:
    names = prepared(
        [
            record("s:1", Kind.LEGAL, name="Abd al-Rahman Holding"),
            record("s:2", name="Abdulrahman Holding"),
            record("s:3", Kind.GROUP, name="Abd al-Rahman Holding"),
        ]
    )
    compact = [{int(names.forms.compact[form]) for form in names.names[row]} for row in range(3)]
    assert compact[0] == compact[1] | compact[2]
    assert len(compact[0]) == 2


def test_han_names_have_both_splits() -> None:
    assert sorted(len(names.split()) for names, _ in forms(record("s:1", name="山田太郎"))) == [
        2,
        2,
    ]
    assert len(forms(record("s:2", name="李明"))) == 1
    assert {quality for _, quality in forms(record("s:3", alias="山田太郎"))} == {NameQuality.ALIAS}


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 2)), max_size=12),
    st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=6, max_size=6),
    st.integers(0, 6),
)
def test_forms_of_records(
    written: list[tuple[int, int, int]], forms: list[tuple[int, bool]], first_composed: int
) -> None:
    """Compare with each record's forms one by one; `forms`: hash, and whether it has words."""
    written = [(row, form, quality) for row, form, quality in written if forms[form][1]]
    expected = []
    for record_row in range(5):
        best: dict[int, tuple[int, int]] = {}
        of_hash: dict[int, list[tuple[int, int]]] = {}
        for row, form, quality in written:
            if row == record_row:
                of_hash.setdefault(forms[form][0], []).append((quality, form))
        for hashed, group in of_hash.items():
            composed = [form for _, form in group if form >= first_composed]
            best[hashed] = min(group)[0], max(composed, default=min(group)[1])
        expected.append(sorted(best.values()))
    columns = np.array(written, dtype=np.int32).reshape(-1, 3)
    names, best_quality = _forms_of_records(
        FormRows(columns[:, 0], columns[:, 1], columns[:, 2].astype(np.uint8)),
        np.array([hashed for hashed, _ in forms], dtype=np.uint64),
        Ragged.of([[0] * has_words for _, has_words in forms]),
        first_composed,
        5,
    )
    pairs = list(zip(best_quality.tolist(), names.items.tolist(), strict=True))
    bounds = names.offsets.tolist()
    assert [pairs[bounds[row] : bounds[row + 1]] for row in range(5)] == expected
