"""Alignment kernel and similarity of words against a step-by-step oracle."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from resolver.names.context import Context
from resolver.names.kernels.name_records import Contradiction, SimilarityMemo, TokenRecords
from resolver.names.kernels.token_similarity import FLOOR, match_value
from resolver.names.name_index import (
    NameIndex,
    new_memo,
    token_records,
    token_similarity,
    token_sounds,
)
from resolver.names.pair_alignment import COLUMNS
from resolver.records import Kind, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.runtime.compiler import compiled
from tests.matching.preparing import prepared
from tests.names import oracle
from tests.records.samples import plain_values, record

pytestmark = pytest.mark.slow


WORDS = (
    "jr sr iii ann anna anne lee li leeann an j a b abdul rahman abdulrahman abdurahman muhammad "
    "mohamed "
    "mohammed ivan john иван "
    "محمد عبدالرحمن al el dr smith smyth smithe schmidt 12 1 bill william xi jinping xijinping "
    "o neill oneill khan kan "
    "bin bin oglu abc abcdefg abd хан petrov petroff tokyo dokkyo"
).split()
name = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@st.composite
def bearers(draw: st.DrawFn, identity: str, kind: Kind) -> Record:
    properties: dict[str, list[str]] = {
        "name": draw(st.lists(name, max_size=2)),
        "alias": draw(st.lists(name, max_size=2)),
    }
    if draw(st.booleans()):
        properties |= {"firstName": [draw(name)], "lastName": [draw(name)]}
    return replace(record(identity, kind), values=plain_values(properties))


@settings(max_examples=250, deadline=None)
@given(st.data(), st.sampled_from([Kind.PERSON, Kind.PERSON, Kind.GROUP]))
def test_the_kernel_follows_the_rules(data: st.DataObject, kind: Kind) -> None:
    batch = prepared([data.draw(bearers("s:1", kind)), data.draw(bearers("s:2", kind))])
    group = kind is Kind.GROUP
    left, right = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    context = Context(batch, NameIndex.of(batch), left, right, group)
    answer = {column: float(values[0]) for column, values in context.alignment.items()}
    best = tuple(int(forms[0]) for forms in context.best_forms)
    names = [
        list(zip(batch.names[row].tolist(), _quality(batch, row), strict=True)) for row in range(2)
    ]
    if not names[0] or not names[1]:
        assert all(np.isnan(value) for value in answer.values())
        assert best == (-1, -1)
        return
    words = {form: oracle.words_of(batch, form, group=group) for side in names for form, _ in side}
    aligned = {
        (a, b): (oracle.align(words[a], words[b], group=group), max(p, q), p == q == 0)
        for a, p in names[0]
        for b, q in names[1]
    }
    chosen, quality, _ = aligned[best]  # type: ignore[index]
    for column in (
        "matched",
        "contradicted",
        "omitted",
        "weakest",
        "tokens",
        "crossed",
        "established",
        "initials",
        "sides",
    ):
        assert answer[column] == pytest.approx(getattr(chosen, column), abs=2e-4), column
    assert answer["quality"] == quality
    assert chosen.support(quality) == pytest.approx(
        max(item.support(q) for item, q, _ in aligned.values()), abs=2e-4
    )
    primary = max(
        (item.ratio for item, _, is_primary in aligned.values() if is_primary), default=-1.0
    )
    assert answer["primary"] == pytest.approx(primary, abs=1e-4)
    compact = batch.forms.compact
    assert answer["exact"] == float(
        any(compact[a] == compact[b] and item.sides < 0 for (a, b), (item, *_) in aligned.items())
    )
    ratios = {forms: item.ratio for forms, (item, _, _) in aligned.items()}
    assume(all(abs(ratio - 0.8) > 1e-5 for ratio in ratios.values()))
    supported = [
        sum(
            any(ratios[forms] > 0.8 for forms in ratios if forms[side] == form)
            for form, _ in names[side]
        )
        for side in range(2)
    ]
    if len(names[0]) == len(names[1]):
        expected = max(supported) / len(names[0])
    else:
        fewer = 0 if len(names[0]) < len(names[1]) else 1
        expected = supported[fewer] / len(names[fewer])
    assert answer["share"] == pytest.approx(expected)
    graded_names = [[(words[form], quality) for form, quality in side] for side in names]
    apart = (
        min(
            oracle.apart(graded_names[0], graded_names[1]),
            oracle.apart(graded_names[1], graded_names[0]),
        )
        if group
        else -1.0
    )
    assert answer["apart"] == pytest.approx(apart, abs=2e-4)


def _quality(batch: PreparedBatch, row: int) -> list[int]:
    answer: list[int] = batch.name_quality[
        batch.names.offsets[row] : batch.names.offsets[row + 1]
    ].tolist()
    return answer


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(name, name), min_size=1, max_size=5))
def test_which_side_a_name_stands_on_plays_no_part(names: list[tuple[str, str]]) -> None:
    people = [
        record(f"s:{row}", name=text)
        for row, text in enumerate(text for pair in names for text in pair)
    ]
    batch = prepared(people)
    left = np.arange(0, len(people), 2, dtype=np.int32)
    forth = Context(batch, NameIndex.of(batch), left, left + np.int32(1), False)
    back = Context(batch, NameIndex.of(batch), left + np.int32(1), left, False)
    for column in COLUMNS:
        np.testing.assert_array_equal(forth.alignment[column], back.alignment[column])
    np.testing.assert_array_equal(forth.best_forms[0], back.best_forms[1])


def test_similarity_of_words() -> None:
    batch = prepared([record("s:1", name=list(WORDS)), record("s:2", Kind.GROUP, name=list(WORDS))])
    forms = [form for form in range(len(batch.forms.tokens)) if len(batch.forms.tokens[form])]
    words = {int(batch.forms.tokens[form][0]): oracle.words_of(batch, form)[0] for form in forms}
    both = np.array(list(combinations(sorted(words), 2)), dtype=np.int32)
    left, right = both[:, 0], both[:, 1]
    answer = token_similarity(batch.tokens, token_sounds(batch.tokens), left, right)
    expected = [
        oracle.similarity(words[a], words[b])
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    np.testing.assert_allclose(answer, expected, atol=1e-5)
    assert answer.max() <= np.float32(0.99)


@pytest.mark.parametrize(
    ("left", "right", "low", "high"),
    [
        ("muhammad", "mohamed", 0.75, 0.97),
        ("محمد", "muhammad", 0.92, 0.98),
        ("иван", "john", 0.9, 0.98),
        ("bill", "william", 0.84, 0.93),
        ("petrov", "petroff", 0.8, 0.95),
        ("smith", "smyth", 0.8, 0.95),
        ("noor", "nur", 0.9, 0.98),
        ("sergei", "siarhei", 0.9, 0.98),
        ("abdulaziz", "abdulhamid", 0.0, 0.61),
        ("ann", "robert", 0, 0.5),
    ],
)
def test_similar_words(left: str, right: str, low: float, high: float) -> None:
    batch = prepared([record("s:1", name=left), record("s:2", name=right)])
    first, second = (batch.forms.tokens[int(batch.names[row][0])] for row in range(2))
    assert (
        low
        <= float(token_similarity(batch.tokens, token_sounds(batch.tokens), first, second)[0])
        <= high
    )


def test_a_rare_established_word_may_be_a_misspelt_one() -> None:
    batch = prepared([record("s:1", name="maria"), record("s:2", name="marta")])
    first, second = (batch.forms.tokens[int(batch.names[row][0])] for row in range(2))

    def likeness(*rarities: float) -> float:
        tokens = replace(
            batch.tokens,
            rarity_person=np.array(rarities, dtype=np.float32),
            rarity_group=np.full(2, 10, dtype=np.float32),
        )
        return float(token_similarity(tokens, token_sounds(tokens), first, second)[0])

    assert likeness(3, 5) == likeness(8.2, 8.2)
    assert likeness(3, 8.4) == likeness(8.4, 3)
    assert likeness(3, 8.4) - likeness(3, 5) == pytest.approx(0.2, abs=0.001)


def test_what_a_memo_forgets_plays_no_part() -> None:
    """However small the memo, and whatever it holds, two words are worth the same."""
    texts = [a + b + c for a in "bdfgkl" for b in "aeio" for c in ("n", "rk", "st", "nd", "lm")]
    batch = prepared([record("s:1", name=texts), record("s:2", Kind.GROUP, name=texts)])
    words, count = token_records(batch.tokens), len(batch.tokens)
    codes = np.arange(count, dtype=np.int32)
    answers = []
    for memo in (new_memo(1), new_memo(count)):
        for _ in range(2):
            answers.append(np.empty(count * count, dtype=np.float32))
            compare_codes(codes, words, memo, answers[-1])
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])
    # nothing that reaches the floor was passed over for having too few letters in common
    left, right = np.repeat(codes, count), np.tile(codes, count)
    bare = token_similarity(
        batch.tokens, token_sounds(batch.tokens), np.minimum(left, right), np.maximum(left, right)
    )
    near = (bare >= FLOOR) & (batch.tokens.hashes[left] != batch.tokens.hashes[right])
    is_match = answers[0] > 0
    letters = np.bitwise_count(batch.tokens.signature[left] & batch.tokens.signature[right])
    fewest = np.minimum(*(np.bitwise_count(batch.tokens.signature[side]) for side in (left, right)))
    enough = 3 * letters.astype(int) >= 2 * fewest.astype(int)
    plain = (batch.tokens.flags & 7) == 0
    np.testing.assert_array_equal(is_match[near & enough & plain[left] & plain[right]], True)
    np.testing.assert_array_equal(answers[0][near & is_match], bare[near & is_match])


@compiled()
def compare_codes(
    codes: npt.NDArray[np.int32],
    tokens: TokenRecords,
    memo: SimilarityMemo,
    out: npt.NDArray[np.float32],
) -> None:
    place = 0
    for first in codes:
        for second in codes:
            out[place] = match_value(first, second, tokens, memo)
            place += 1


def test_nobody_has_a_name() -> None:
    batch = prepared([record("s:1"), record("s:2")])
    left, right = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    assert Context(batch, NameIndex.of(batch), left, right, False).best_forms[0].tolist() == [-1]


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        ("Habibullah Mohammadi", "Habibullah Moham"),
        ("Abdul Ghafoor Mohammadi", "Abdul Ghafoor Mo"),
        ("Noor Ahmad Hussaini", "Noor Ahmad Hussa"),
        ("Ali Yusuf Al-Tarabulsi", "Ali Yusuf Al-Tar"),
    ],
)
def test_a_name_may_be_cut_off_in_its_last_word(whole: str, cut: str) -> None:
    aligned = _aligned(whole, cut)
    assert aligned["weakest"] == pytest.approx(0.85)
    assert aligned["sides"] == -1
    assert aligned["contradicted"] < aligned["matched"] / 5


@pytest.mark.parametrize(
    ("left", "right"), [("Alexander Johnson", "Alexander John"), ("Ali Hassan", "Ali Ha")]
)
def test_a_common_or_a_short_name_is_not_cut_off(left: str, right: str) -> None:
    assert _aligned(left, right)["weakest"] != pytest.approx(0.85)


NOTHING, ALL, GIVEN = (
    int(part) for part in (Contradiction.NONE, Contradiction.ALL, Contradiction.GIVEN)
)


@pytest.mark.parametrize(
    ("left", "right", "part"),
    [
        # The guesses of the order contradict each other.
        ("Daoudi Tariq", "Yusuf Daoudi", GIVEN),
        ("Halima Mohamed", "Sahra Mohamed", GIVEN),
        ("Qwzxlbv John", "Grtplm John", GIVEN),
        ("Khadija Zakariya Ben Said", "Maja Zakariya Ben Said", GIVEN),
        ("Tikriti Ahmed bin Mahmoud", "Tikriti Khalid bin Mahmoud", GIVEN),
        # Of a name that stands twice, one is the own name.
        ("Ibrahim Ibrahim Al-Qahtani", "Muhammad Ibrahim Al-Qahtani", GIVEN),
        # Nothing but particles agrees.
        ("Le Van Quang", "Le Van Hiep", ALL),
        # The order of a chain counts.
        ("Ahmed Mahmoud Hassan", "Mahmoud Ahmed Hassan", GIVEN),
        ("Ahmed Mahmoud Hassan Al-Tikriti", "Mahmoud Ahmed Hassan Al-Tikriti", GIVEN),
        # Generations and regnal numbers tell two persons apart.
        ("Harlan Whitcombe Jr.", "Harlan Whitcombe III", GIVEN),
        ("Walter Prudhomme Sr.", "Walter Prudhomme Jr.", GIVEN),
        ("Abdullah I bin Hussein", "Abdullah II bin Hussein", GIVEN),
        ("Harlan Whitcombe", "Harlan Whitcombe Jr.", NOTHING),
        # Turned names are one name.
        ("Ahmed Mahmoud Hassan", "Hassan, Ahmed Mahmoud", NOTHING),
        ("Ahmed Mahmoud", "Mahmoud Ahmed", NOTHING),
        ("Li Wei Ming", "Wei Ming Li", NOTHING),
        ("Kim Jong Un", "Jong Un Kim", NOTHING),
        ("Ivanov Ivan Petrovich", "Ivan Petrovich Ivanov", NOTHING),
        ("Nguyen Van Khanh", "Khanh Van Nguyen", NOTHING),
    ],
)
def test_which_part_of_two_names_contradicts(left: str, right: str, part: int) -> None:
    assert _aligned(left, right)["sides"] == part


@pytest.mark.parametrize(
    ("father", "child"),
    [
        ("Haytham Al-Husayn", "Aisha Haytham Al-Husayn"),
        ("Mahmoud Hassan", "Ahmed Mahmoud Hassan"),
    ],
)
def test_the_own_name_of_a_father_is_no_own_name_of_a_child(father: str, child: str) -> None:
    assert _aligned(father, child)["crossed"] > 1
    assert _aligned(child, "Ahmed Al-Husayn")["crossed"] == 0
    assert _aligned(father, father)["crossed"] == 0


def test_a_place_is_not_misspelt_in_its_first_letter() -> None:
    assert _aligned("Dokkyo Ltd", "Tokyo Ltd", Kind.GROUP)["contradicted"] > 1
    assert _aligned("Tokkyo Ltd", "Tokyo Ltd", Kind.GROUP)["contradicted"] < 1


@pytest.mark.parametrize(
    ("left", "right"), [("Byeonghwan Woo", "Byounghwan Wu"), ("Misuk Oh", "오미숙")]
)
def test_a_word_without_consonants_stands_for_itself(left: str, right: str) -> None:
    aligned = _aligned(left, right)
    assert aligned["tokens"] == 2
    assert aligned["omitted"] < 1


def _aligned(left_name: str, right_name: str, kind: Kind = Kind.PERSON) -> dict[str, float]:
    batch = prepared([record("s:1", kind, name=left_name), record("s:2", kind, name=right_name)])
    left, right = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    context = Context(batch, NameIndex.of(batch), left, right, kind is Kind.GROUP)
    return {column: float(values[0]) for column, values in context.alignment.items()}


def test_al_is_a_given_name_that_another_one_contradicts() -> None:
    assert (
        _aligned("Al Green", "Gene Green")["sides"] == _aligned("Ed Green", "Gene Green")["sides"]
    )
    assert _aligned("Al Green", "Albert Green")["tokens"] == 2
    assert _aligned("Al Thani", "Hamad Al Thani")["sides"] == -1


@pytest.mark.parametrize(
    ("left", "right"),
    [("Michael L. Scott", "Michael Lewis"), ("J. K. Rowling", "Joanne Kathleen")],
)
def test_an_initial_does_not_stand_for_another_family_name(left: str, right: str) -> None:
    aligned = _aligned(left, right)
    assert aligned["sides"] in (Contradiction.FAMILY, Contradiction.ALL)
    assert aligned["initials"] == 0
    assert aligned["contradicted"] > 5


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Michael L. Scott", "Michael Lewis Scott"),
        ("Michael L.", "Michael Lewis"),
        ("M. L. Scott", "Michael Scott"),
        ("Maria L. Garcia", "Maria Garcia Lopez"),
    ],
)
def test_an_initial_stands_for_a_name_in_its_place(left: str, right: str) -> None:
    assert _aligned(left, right)["sides"] == Contradiction.NONE


def test_a_word_that_one_name_has_twice_stands_for_the_part_it_is() -> None:
    """Two brothers of one father and grandfather, of whom one has the grandfather's name."""
    for left, right in permutations(("Karim Nadir Salim Haddad", "Salim Nadir Salim Haddad")):
        aligned = _aligned(left, right)
        assert aligned["sides"] == Contradiction.GIVEN
        assert aligned["tokens"] == 3
