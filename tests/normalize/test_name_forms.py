"""Which names a record bears: as written, and put together from parts."""

from __future__ import annotations

from resolver.normalize.name_forms import MOST_PARTS
from resolver.records import Kind, Record
from resolver.records.prepared.batch import NameQuality, Prepared, Role
from tests.normalize.preparing import prepared
from tests.records.samples import record


def forms(one: Record) -> list[tuple[str, NameQuality]]:
    """The names of a record with their quality."""
    found = prepared([one])
    return [
        (_words(found, form), NameQuality(int(quality)))
        for form, quality in zip(found.names[0].tolist(), found.name_quality.tolist(), strict=True)
    ]


def _words(found: Prepared, form: int) -> str:
    return " ".join(found.tokens.texts[token] for token in found.forms.tokens[form])


def roles(one: Record) -> list[Role]:
    found = prepared([one])
    (form,) = found.names[0].tolist()
    start, end = found.forms.tokens.offsets[form : form + 2]
    return [Role(int(role)) for role in found.forms.roles[start:end]]


def test_best_names_come_first() -> None:
    one = record(
        "s:1", weakAlias="Zed", alias=["Bob Lee", "Al Lee"], name="Cy Lee", previousName="Dan Lee"
    )
    assert forms(one) == [
        ("cy lee", NameQuality.PRIMARY),
        ("al lee", NameQuality.ALIAS),
        ("bob lee", NameQuality.ALIAS),
        ("dan lee", NameQuality.ALIAS),
        ("zed", NameQuality.WEAK),
    ]


def test_the_same_words_in_another_order_are_one_name_with_the_best_quality() -> None:
    assert forms(record("s:1", alias="Lee, Ann", name="Ann LEE")) == [
        ("ann lee", NameQuality.PRIMARY)
    ]
    assert forms(record("s:1", weakAlias="Ann Lee", alias="Lee Ann")) == [
        ("lee ann", NameQuality.ALIAS)
    ]


def test_names_of_titles_alone_are_not_all_the_same() -> None:
    assert len(forms(record("s:1", name="Sheikh Haji", alias="Mullah"))) == 2
    found = prepared(
        [record("s:1", name="Sheikh"), record("s:2", name="Mullah"), record("s:3", name="Sheikh")]
    )
    compact = [int(found.forms.compact[found.names[row][0]]) for row in range(3)]
    assert compact[0] == compact[2] != compact[1]
    assert 0 not in compact


def test_parts_are_put_together() -> None:
    one = record(
        "s:1",
        firstName=["Ann", "Anna"],
        middleName="Maria",
        lastName=["Lee", "Smith"],
        fatherName="Carl",
    )
    assert [text for text, _ in forms(one)] == [
        "ann maria carl lee", "ann maria carl smith", "anna maria carl lee", "anna maria carl smith",
    ]  # fmt: skip


def test_parts_have_roles_and_win_over_the_same_name_as_written() -> None:
    one = record("s:1", name="Ann Maria Lee", firstName="Ann", middleName="Maria", lastName="Lee")
    assert [text for text, _ in forms(one)] == ["ann maria lee"]
    assert roles(one) == [Role.GIVEN, Role.MIDDLE, Role.FAMILY]
    assert roles(record("s:1", name="Ann Lee")) == [Role.LIKELY_GIVEN, Role.LIKELY_FAMILY]


def test_a_flood_of_parts_makes_no_flood_of_names() -> None:
    flood = {
        prop: [f"{prop[0]}{number:04d}" for number in range(500)]
        for prop in ("firstName", "lastName")
    }
    found = forms(record("s:1", firstName=flood["firstName"], lastName=flood["lastName"]))
    assert len(found) == MOST_PARTS**2
    assert found[0][0] == "f0000 l0000"


def test_one_part_alone_has_no_role() -> None:
    assert (
        roles(record("s:1", lastName="Lee"))
        == roles(record("s:1", firstName="Ann"))
        == [Role.UNSET]
    )


def test_no_letters_no_name() -> None:
    assert forms(record("s:1", name="***", alias="")) == []
    assert forms(record("s:1", birthDate="1960")) == []


def test_groups_and_persons_with_one_name_have_tokens_of_their_own() -> None:
    found = prepared([record("s:1", name="Bank Ali"), record("s:2", Kind.GROUP, name="Bank Ali")])
    first, second = (found.forms.tokens[int(found.names[row][0])].tolist() for row in range(2))
    assert not set(first) & set(second)
    assert found.tokens.hashes[first].tolist() == found.tokens.hashes[second].tolist()


def test_neighbours_written_together() -> None:
    found = prepared([record("s:1", name="Ab Dul"), record("s:2", name="Abdul")])
    split, joined = (int(found.names[row][0]) for row in range(2))
    start = found.forms.tokens.offsets[split]
    assert found.forms.joined[start] == found.tokens.hashes[found.forms.tokens[joined][0]]
    assert found.forms.joined[start + 1] == 0


def test_rarity_follows_the_population_and_what_a_token_is() -> None:
    found = prepared(
        [
            record("s:1", name="Dr J Mohammed Trading"),
            record("s:2", Kind.GROUP, name="Qux Trading LLC"),
        ]
    )
    tokens = found.tokens
    person = {
        tokens.texts[t]: float(tokens.rarity_person[t])
        for t in found.forms.tokens[int(found.names[0][0])]
    }
    group = {
        tokens.texts[t]: float(tokens.rarity_group[t])
        for t in found.forms.tokens[int(found.names[1][0])]
    }
    assert person["dr"] < person["j"] < person["mohammed"] < person["trading"]
    assert group["llc"] < group["trading"] < group["qux"]


def test_who_may_be_a_person_or_a_group_is_named_as_both() -> None:
    found = prepared(
        [
            record("s:1", Kind.LEGAL, name="Abd al-Rahman Holding"),
            record("s:2", name="Abdulrahman Holding"),
            record("s:3", Kind.GROUP, name="Abd al-Rahman Holding"),
        ]
    )
    compact = [{int(found.forms.compact[form]) for form in found.names[row]} for row in range(3)]
    assert compact[0] == compact[1] | compact[2]
    assert len(compact[0]) == 2


def test_a_han_name_in_one_piece_is_borne_in_both_cuts() -> None:
    assert sorted(len(found.split()) for found, _ in forms(record("s:1", name="山田太郎"))) == [
        2,
        2,
    ]
    assert len(forms(record("s:2", name="李明"))) == 1
    assert {quality for _, quality in forms(record("s:3", alias="山田太郎"))} == {NameQuality.ALIAS}
