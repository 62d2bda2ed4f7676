"""Words of another script against Latin ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.comparison.cross_script import (
    MAX_SOUNDS,
    cross_script_similarities,
    encode_sounds,
    token_sounds,
)
from resolver.kernels.text.sound_distance import sound_similarity
from resolver.records.prepared.value_flags import TokenFlag
from tests.comparison import oracle
from tests.normalize.preparing import prepared
from tests.records.samples import record


def likeness(foreign: str, latin: str) -> float:
    batch = prepared([record("s:1", name=foreign), record("s:2", name=latin)])
    left, right = (batch.forms.tokens[int(batch.names[row][0])] for row in range(2))
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
    assert likeness(foreign, right) >= 0.85
    assert likeness(foreign, wrong) < likeness(foreign, right) - 0.08


@pytest.mark.parametrize(("foreign", "latin"), [("محمد", "petrov"), ("علی", "omar"), ("손", "kim")])
def test_other_words_are_far(foreign: str, latin: str) -> None:
    assert likeness(foreign, latin) < 0.5


LETTERS = "abcdefghijklmnopqrstuvwxyz"


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS, max_size=60), st.booleans())
def test_sounds_are_few_and_known(text: str, foreign: bool) -> None:
    codes = encode_sounds(text, foreign=foreign)
    assert len(codes) <= min(MAX_SOUNDS, 2 * len(text))
    assert all(code < 128 for code in codes)
    doubles = [sound for sound, following in pairwise(codes) if sound == following]
    # between two consonants of another script a vowel may be unwritten
    assert not doubles or (foreign and not set(doubles) & set(b"aeiouUI"))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from("محمد علی رضا حسن کریم خان".split()), st.text(LETTERS, min_size=2))
def test_the_kernel_follows_the_oracle(foreign: str, latin: str) -> None:
    batch = prepared([record("s:1", name=foreign), record("s:2", name=latin)])
    forms = [
        batch.forms.tokens[int(batch.names[row][0])] for row in range(2) if len(batch.names[row])
    ]
    if len(forms) < 2 or len(forms[1]) != 1 or batch.tokens.texts[forms[1][0]] != latin:
        return
    answer = float(
        cross_script_similarities(batch.tokens, token_sounds(batch.tokens), forms[0][:1], forms[1])[
            0
        ]
    )
    assert answer == pytest.approx(
        oracle.across(str(batch.tokens.texts[forms[0][0]]), latin), abs=1e-4
    )


def test_no_word_of_another_script_no_sounds() -> None:
    batch = prepared([record("s:1", name="Ann Lee")])
    assert len(token_sounds(batch.tokens).items) == 0


@pytest.mark.parametrize(
    ("written", "latin"),
    [("mmdwh", "mamdouh"), ("pplzy", "popalzai"), ("abdzyz", "abdaziz"), ("abdzahr", "abdzahir")],
)
def test_unwritten_vowels_part_consonants(written: str, latin: str) -> None:
    left, right = (
        np.frombuffer(encode_sounds(text, foreign=of), dtype=np.uint8)
        for text, of in ((written, True), (latin, False))
    )
    row = np.empty(2 * MAX_SOUNDS + 1, dtype=np.float32)
    assert sound_similarity(left, len(left), right, len(right), np.float32(0.0), row) > 0.85
