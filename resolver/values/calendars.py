"""Read dates of the lunar (Hijri) and the solar (Persian, Afghan) calendar.

A text must name the calendar by a word (`1341 SH`, `24.6.1402 (Hijri Calendar)`) or by the name of
a month (`29 Dhu al-Qadah 1381`). Nothing is guessed: a bare 1341 is not read as such a date. ICU's
calendars give the days. A lunar month began when its moon was sighted, so its days are uncertain by
one day. Solar days are exact from 1925 on.
"""

from __future__ import annotations

import datetime
import re
import unicodedata

from resolver.errors import DateError
from resolver.runtime.text_cache import cache_short_texts

FIRST_YEAR, LAST_YEAR = 1200, 1500
"""Years that are read in either calendar: from 1785 (lunar) or 1821 (solar) of ours on."""
Span = tuple[datetime.date, datetime.date]
"""First and last day on which a date may lie, both included."""

_LUNAR, _SOLAR = "islamic-umalqura", "persian"
_SOLAR_WORDS = frozenset(
    "solar shamsi khorshidi khurshidi jalali persian iranian afghan sh شمسي".split()
)
_LUNAR_WORDS = frozenset(
    """
    lunar qamari islamic ah hijri hijriya hijriyah hijrah hijra hejri hegira
    هجري ه هـ قمري
    """.split()
)
_OTHER_WORDS = frozenset("calendar era in the of on year born to between and".split())
_LUNAR_MONTHS = (
    "m[ou]harr?am|محرم",
    "safar|صفر",
    "rab(?:i|ee)(?:al|ul)?(?:awwal|awal|i|first)|ربيع(?:ال)?اول",
    "rab(?:i|ee)(?:al|ul)?(?:thani|sani|akhir|akhar|ii|second)|ربيع(?:ال)?(?:ثاني|اخر)",
    "j[ua]mad[aiy]?(?:al|ul)?(?:ula|oula|awwal|awal|i|first)|جمادي(?:ال)?اولي?",
    "j[ua]mad[aiy]?(?:al|ul)?(?:thani|thaniya|sani|akhir|akhira|ukhra|ii|second)"
    "|جمادي(?:ال)?(?:ثانيه?|اخره?)",
    "rajab|رجب",
    "(?:sh|ch)a+ban|شعبان",
    "rama[dz]h?an|رمضان",
    "shaww?al|شوال",
    "(?:dh?|z)[iu]?(?:al|ul|l)?[qk][aei]+dah?|ذي?و?(?:ال)?قعده",
    "(?:dh?|z)[iu]?(?:al|ul|l)?h[ia]j+(?:ah?)?|ذي?و?(?:ال)?حجه",
)
_SOLAR_MONTHS = (
    "farvardin|فروردين|hamal|حمل",
    "ordibehesht|ارديبهشت|saw?r|thaw?r|ثور",
    "khordad|خرداد|jawza|جوزا",
    "tir|تير|saratan|سرطان",
    "a?mordad|ا?مرداد|asad|اسد",
    "shahrivar|شهريور|sunbula|سنبله",
    "mehr|مهر|mizan|ميزان",
    "aban|ابان|aqrab|عقرب",
    "azar|اذر|qaws|قوس",
    "de[yi]|دي|jadi|جدي",
    "bahman|بهمن|dalw|دلو",
    "esfand|اسفند|hut|حوت",
)
_MONTHS = tuple(
    (system, number, re.compile(pattern))
    for system, months in ((_LUNAR, _LUNAR_MONTHS), (_SOLAR, _SOLAR_MONTHS))
    for number, pattern in enumerate(months, 1)
)
_DOTTED = re.compile(r"\b([as])\.\s?h\b\.?", re.I)
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_PLAIN = re.compile(r"[\d\s./-]*")
_SHORT_HIJRI = re.compile(r"\d{4}\s?h\b\.?", re.I)
_LONGEST = 80


@cache_short_texts(8_192)
def other_calendar(text: str, *, day_first: bool = True) -> Span | None:
    """Return the days that a date of another calendar may be, or None if the text names no
    calendar.

    A lunar day gives three days; a year or month gives all of its days. Raises `DateError` if the
    text names another calendar but no date can be read, so that its digits are not taken for a
    Gregorian date.
    """
    if _PLAIN.fullmatch(text) or len(text) > _LONGEST:
        return None
    words = _words(text)
    stated_system = _stated_system(words)
    month, system = _month([word for word in words if not word.isdecimal()])
    numbers = [int(word) for word in words if word.isdecimal()]
    if not stated_system and not (month and any(map(_is_year, numbers))):
        return None
    if not system:
        system = stated_system
    if month < 0 or (stated_system and stated_system != system):
        raise DateError(f"cannot read a date of another calendar in {text[:40]!r}")
    if not month and len(numbers) == 2 and all(map(_is_year, numbers)):
        first, last = sorted(numbers)
        return _span(system, (first, 0, 0), text)[0], _span(system, (last, 0, 0), text)[1]
    return _span(system, _parts(numbers, month, day_first, text), text)


def _is_year(number: int) -> bool:
    return FIRST_YEAR <= number <= LAST_YEAR


def names_other_calendar(text: str) -> bool:
    """Return True if a text states that its date is one of another calendar."""
    try:
        return other_calendar(text) is not None
    except DateError:
        return True


def calendar_in_text(text: str) -> str:
    """Return `lunar` or `solar` if a word of the text names that calendar, else an empty text."""
    return {_LUNAR: "lunar", _SOLAR: "solar", "": ""}[_stated_system(_words(text))]


def _words(text: str) -> list[str]:
    """Return numbers and words in lower case without accents, vowel signs and apostrophes.

    Letters that Persian and Arabic write differently become the same.
    """
    plain = unicodedata.normalize(
        "NFKD", _SHORT_HIJRI.sub(lambda match: f"{match[0][:4]} ah", text)
    )
    plain = "".join(
        letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’‘ʿʾ`ʻـ"
    )
    plain = plain.translate(str.maketrans("یىکأإآة", "ييكاااه"))
    return [word.lower() for word in _TOKEN.findall(_DOTTED.sub(r"\1h ", plain))]


def _stated_system(words: list[str]) -> str:
    """Return the calendar that a word names. `Hijri` alone means the lunar calendar."""
    if _SOLAR_WORDS.intersection(words):
        # `Persian` or `Afghan` may describe a person, so words of the lunar calendar are looked for
        # first.
        return _LUNAR if {"lunar", "qamari", "قمري", "ah"}.intersection(words) else _SOLAR
    return _LUNAR if _LUNAR_WORDS.intersection(words) else ""


def _is_filler(word: str) -> bool:
    return word in _SOLAR_WORDS or word in _LUNAR_WORDS or word in _OTHER_WORDS


def _month(words: list[str]) -> tuple[int, str]:
    """Return the month that the remaining words name, and its calendar.

    Returns 0 if there is no word left, and -1 if the words name no month.
    """
    name = "".join(word for word in words if not _is_filler(word))
    for system, number, pattern in _MONTHS:
        if pattern.fullmatch(name):
            return number, system
    return (-1 if name else 0), ""


def _parts(numbers: list[int], month: int, day_first: bool, text: str) -> tuple[int, int, int]:
    """Return year, month and day from the numbers of a text, in their order there."""
    if numbers and not _is_year(numbers[-1]) and _is_year(numbers[0]):
        rest, year = numbers[1:], numbers[0]
    elif numbers and _is_year(numbers[-1]):
        rest, year = numbers[:-1], numbers[-1]
        rest = rest[::-1] if day_first or month else rest
    else:
        raise DateError(f"no year of that calendar in {text[:40]!r}")
    if len(rest) > (1 if month else 2):
        raise DateError(f"more than one date in {text[:40]!r}")
    if not month and len(rest) == 2 and rest[0] > 12 >= rest[1]:
        rest.reverse()
    first, second, *_ = [*([month] if month else []), *rest, 0, 0]
    return year, first, second


def _span(system: str, date: tuple[int, int, int], text: str) -> Span:
    year, month, day = date
    if month > 12 or day > (30 if system == _LUNAR else 31):
        raise DateError(f"there is no date {text[:40]!r}")
    first = _day(system, year, month or 1, day or 1, text)
    if day:
        last = first
    else:
        after = (year, month + 1) if 0 < month < 12 else (year + 1, 1)
        last = _day(system, *after, 1, text) - datetime.timedelta(days=1)
    tolerance = datetime.timedelta(days=1 if system == _LUNAR else 0)
    return first - tolerance, last + tolerance


def _day(system: str, year: int, month: int, day: int, text: str) -> datetime.date:
    """Return the Gregorian day of a day of an ICU calendar.

    Day 30 of a lunar month that has 29 in ICU's table is the first of the next month.
    """
    # Imported here: slow to load, and few texts need it.
    from resolver.runtime.icu import gregorian_day

    try:
        return gregorian_day(system, (year, month, day), is_lenient=system == _LUNAR)
    except ValueError:
        raise DateError(f"there is no date {text[:40]!r}") from None
