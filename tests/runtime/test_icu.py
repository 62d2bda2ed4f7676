"""ICU through its C interface: transforms of any text, and days of its calendars."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import ResolverError
from resolver.runtime import icu
from resolver.runtime.icu import Transliterator, gregorian_day

LATIN = Transliterator("Any-Latin; Latin-ASCII; Lower")


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("", ""),
        ("abc", "abc"),
        ("Иван\0Ёж", "ivan\0ez"),
        ("𐐀é", "𐐨e"),
        ("щ" * 5_000, "s" * 5_000),
        ("\ud800é", "\ufffde"),
        ("é\ud800", "e\ufffd"),
        ("\ud800", "\ufffd"),
    ],
)
def test_any_text_is_transformed(text: str, latin: str) -> None:
    assert LATIN.transliterate(text) == latin


def test_a_text_may_become_much_longer() -> None:
    # More than the first guess of the length: 18 letters each (U+FDFA).
    assert Transliterator("NFKC").transliterate("ﷺ" * 1_000) == "صلى الله عليه وسلم" * 1_000


@given(st.text(max_size=30))
def test_the_null_transform_changes_nothing(text: str) -> None:
    plain = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert Transliterator("Null").transliterate(text) == plain


def test_half_of_a_pair_from_icu_is_replaced() -> None:
    # ICU repeats only half of a letter before the iteration mark.
    LATIN.transliterate("ず𛅒ゞ").encode("utf-8")


def test_threads_share_a_transform() -> None:
    words = [f"Щербаков Ηλίας {number} 習近平" for number in range(100)]
    expected = [LATIN.transliterate(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: [LATIN.transliterate(word) for word in words], range(16)))
    assert results == [expected] * 16


def test_an_unknown_transform_is_refused() -> None:
    with pytest.raises(ValueError, match="no transform 'Latin-Klingon'"):
        Transliterator("Latin-Klingon")


def test_a_missing_function_is_reported_with_what_to_do() -> None:
    with pytest.raises(ResolverError, match=r"no function utrans_flip_\d+ \(install icu4py"):
        icu._function("utrans_flip")


@pytest.mark.parametrize(
    ("calendar", "date", "day"),
    [
        ("persian", (1399, 1, 1), "2020-03-20"),
        ("persian", (1399, 12, 30), "2021-03-20"),
        ("persian", (1200, 1, 1), "1821-03-21"),
        ("islamic-umalqura", (1200, 1, 1), "1785-11-04"),
        ("islamic-umalqura", (1442, 1, 1), "2020-08-20"),
        ("islamic-umalqura", (1500, 12, 29), "2077-11-15"),
        ("gregorian", (1969, 12, 31), "1969-12-31"),
    ],
)
def test_days_of_other_calendars(calendar: str, date: tuple[int, int, int], day: str) -> None:
    assert gregorian_day(calendar, date).isoformat() == day


def test_only_a_lenient_calendar_reads_a_day_that_is_not_there() -> None:
    first = gregorian_day("islamic-umalqura", (1442, 2, 1))
    last = first - datetime.timedelta(days=1)
    assert gregorian_day("islamic-umalqura", (1442, 1, 30), is_lenient=True) in (first, last)
    with pytest.raises(ValueError, match="has no day 1400-12-30"):
        gregorian_day("persian", (1400, 12, 30))
