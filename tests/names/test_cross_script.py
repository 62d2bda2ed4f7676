"""Words of another script against Latin ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.kernels.sound_distance import FIRST_SYMBOL, MAX_SOUNDS, sound_similarity
from resolver.names.name_index import (
    cross_script_similarities,
    encode_letters,
    encode_symbols,
    sound_scratch,
    token_sounds,
)
from resolver.names.scripts.sounds import cost_table, split_symbols
from resolver.records.prepared.value_flags import Script, TokenFlag
from tests.matching.preparing import prepared
from tests.names import writing_oracle as oracle
from tests.records.samples import record


def likeness(foreign: str, latin: str) -> float:
    # A Han or Hangul word alone would be cut into family and given name.
    batch = prepared([record("s:1", name=f"{foreign} {foreign}"), record("s:2", name=latin)])
    left, right = (batch.forms.tokens[int(batch.names[row][0])][:1] for row in range(2))
    assert batch.tokens.flags[left[0]] & TokenFlag.FOREIGN
    answer = cross_script_similarities(batch.tokens, token_sounds(batch.tokens), left, right)
    np.testing.assert_array_equal(
        answer, cross_script_similarities(batch.tokens, token_sounds(batch.tokens), right, left)
    )
    return float(answer[0])


@pytest.mark.parametrize(
    ("foreign", "right", "wrong"),
    [
        ("حسین", "hossein", "hassan"),
        ("محمد", "mohamed", "mahmoud"),
        ("رضوانی", "rezvani", "rahmani"),
        ("جمال", "djamel", "kamal"),
        ("خالد", "khaled", "khalifa"),
        ("فاطمة", "fatimah", "latifa"),
        ("محمدرضا", "mohammadreza", "mohammad"),
        ("ذوالقدر", "zulqadr", "zulfiqar"),
        ("יוסף", "yosef", "yaakov"),
        ("철", "chol", "chin"),
    ],
)
def test_a_word_is_nearest_to_its_romanisation(foreign: str, right: str, wrong: str) -> None:
    assert likeness(foreign, right) >= 0.8
    assert likeness(foreign, wrong) < likeness(foreign, right) - 0.03


@pytest.mark.parametrize(("foreign", "latin"), [("محمد", "petrov"), ("علی", "omar"), ("손", "kim")])
def test_other_words_are_far(foreign: str, latin: str) -> None:
    assert likeness(foreign, latin) < 0.5


def test_a_hebrew_word_has_a_letter_for_each_consonant() -> None:
    assert likeness("פט", "peter") == 0 < 0.85 < likeness("פט", "pat")
    assert likeness("כץ", "katz") > 0.6


LETTERS = "abcdefghijklmnopqrstuvwxyz"
SCRIPTS = st.sampled_from([script for script in Script if Script.LATIN < script < Script.OTHER])


def compare(text: str, script: Script, latin: str) -> float:
    foreign = np.array(encode_symbols(text, script), dtype=np.int32)
    letters = np.array(encode_letters(latin), dtype=np.int32)
    lengths = len(foreign), len(letters)
    return float(
        sound_similarity(foreign, lengths[0], letters, lengths[1], np.float32(0.0), sound_scratch())
    )


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS, max_size=60), SCRIPTS)
def test_sounds_are_few_and_known(text: str, script: Script) -> None:
    rows = len(cost_table().costs)
    codes = encode_symbols(text, script)
    assert len(codes) <= min(MAX_SOUNDS, len(text))
    assert all(FIRST_SYMBOL <= code < FIRST_SYMBOL + rows for code in codes)
    assert encode_letters(text) == tuple(LETTERS.index(letter) for letter in text[:MAX_SOUNDS])


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS, max_size=20), SCRIPTS, st.text(LETTERS, max_size=20))
def test_the_kernel_follows_the_oracle(text: str, script: Script, latin: str) -> None:
    symbols = [(script, symbol) for symbol in split_symbols(text, script)]
    expected = oracle.written_similarity(symbols, latin)
    assert compare(text, script, latin) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("foreign", "right", "wrong"),
    [
        ("ג'ון", "john", "gavin"),
        ("צ'רלס", "charles", "carlos"),
        ("존슨", "johnson", "jackson"),
        ("도널드", "donald", "dalton"),
        ("ジャン", "jean", "yuan"),
        ("ジョンソン", "johnson", "jackson"),
        ("特朗普", "trump", "tanaka"),
        ("克林顿", "clinton", "carlton"),
    ],
)
def test_sounds_that_scripts_confuse(foreign: str, right: str, wrong: str) -> None:
    assert likeness(foreign, right) >= 0.62
    assert likeness(foreign, wrong) < likeness(foreign, right)


@pytest.mark.parametrize(
    ("foreign", "latin"), [("호", "fu"), ("명", "ling"), ("군홍", "hong"), ("아키코", "aiko")]
)
def test_one_consonant_makes_another_korean_word(foreign: str, latin: str) -> None:
    assert likeness(foreign, latin) == 0


@pytest.mark.parametrize(
    ("foreign", "latin"), [("콜드웰", "caldwell"), ("모건", "morgan"), ("오", "o")]
)
def test_letters_that_are_not_heard_cost_little(foreign: str, latin: str) -> None:
    assert likeness(foreign, latin) >= 0.8


def test_no_word_of_another_script_no_sounds() -> None:
    batch = prepared([record("s:1", name="Ann Lee")])
    assert len(token_sounds(batch.tokens).items) == 0
