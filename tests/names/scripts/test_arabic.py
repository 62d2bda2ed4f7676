"""Letters of Kurdish, Uyghur, Urdu and others in Arabic script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.names.name_tokens import tokenize_person
from resolver.names.scripts.arabic import level_arabic


def words(name: str) -> list[str]:
    return [token.text for token in tokenize_person(name)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        # Persian and Arabic
        ("علی اکبر کریمی", "علي أكبر كريمي"),
        ("محمد‌رضا نوری", "محمدرضا نوري"),
        ("حسنۀ کریمی", "حسنه کریمی"),
        # Urdu
        ("شہباز شریف", "شھباز شريف"),
        ("عمران خاں", "عمران خان"),
        ("فاطمۃ بی بی", "فاطمة بي بي"),
        # Kurdish writes short vowels.
        ("هێمن ڕەشید", "هيمن رشيد"),
        ("جەلال تاڵەبانی", "جلال طالباني"),
        ("ئەحمەد عەلی", "احمد علي"),
        ("ئیبراهیم", "ابراهيم"),
        ("فاطمە", "فاطمه"),
        # Uyghur and Malay
        ("ئۇسمان", "اوسمان"),
        ("عبدﷲ", "عبدالله"),
    ],
)
def test_one_name_in_two_languages(name: str, other: str) -> None:
    assert words(name) == words(other)


def test_letters_are_not_left_out() -> None:
    assert words("ھمايوں ڵەتيف") == ["hmaywn", "ltyf"]


@given(st.text(max_size=12))
def test_levelled_text_stays(text: str) -> None:
    assert level_arabic(level_arabic(text)) == level_arabic(text)
