"""Kinds of crime of a record, from topics, programs of sanctions, charges and stated reasons.

Only plain statements count. An activity is weak context for an identity, and never guilt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from resolver.data import load_rows
from resolver.records import Activity
from resolver.runtime.text_cache import cache_short_texts

_TOPIC_ACTIVITIES: dict[str, Activity] = {
    "crime": Activity.OTHER,
    "crime.boss": Activity.OTHER,
    "crime.cyber": Activity.OTHER,
    "crime.env": Activity.OTHER,
    "crime.theft": Activity.OTHER,
    "crime.war": Activity.OTHER,
    "crime.fin": Activity.ILLICIT_MONEY_FLOWS,
    "crime.fraud": Activity.ILLICIT_MONEY_FLOWS,
    "crime.terror": Activity.TERRORISM,
    "crime.traffick": Activity.HUMAN_TRAFFICKING,
    "crime.traffick.human": Activity.HUMAN_TRAFFICKING,
    "crime.traffick.drug": Activity.DRUGS,
    "forced.labor": Activity.HUMAN_TRAFFICKING,
}

_CHARGE, _PHRASE, _PROGRAM = "charge", "phrase", "program"
"""Uses of a pattern in `list_crimes.tsv`: words that name a crime only in a charge, phrases that
name it in any text, and programs of sanctions.
"""
_MAX_REASON = 20_000
"""Maximum number of characters in a stated reason that are read."""
_GUARD = re.compile(
    r"(?:\b(?:combat|counter|fight|against|prevent|anti-|oppos|investigat|prosecut|convict|sentenc"
    r"|accus|victim|alleg|lutte contre|борьб|боротьб)|мін[іи]стерств)[^.;!?]*$",
    re.IGNORECASE,
)
"""Words before a phrase in its sentence which show that the phrase is not about the entry itself:
the office for combating a crime, or a judge who sentenced others for it.
"""
_GUARD_LENGTH = 60


_ROWS = load_rows("list_crimes")


def _patterns(*uses: str) -> Iterator[tuple[Activity, str]]:
    """Yield one pattern for each activity, made of all rows of the table with these uses."""
    patterns: dict[Activity, list[str]] = {}
    for use, activity, _language, pattern, _stems in _ROWS:
        if use in uses:
            patterns.setdefault(Activity(activity), []).append(pattern)
    for activity, words in patterns.items():
        yield activity, "|".join(words)


_IN_CHARGES = {
    activity: re.compile(text, re.IGNORECASE) for activity, text in _patterns(_CHARGE, _PHRASE)
}
_IN_REASONS = {activity: re.compile(text, re.IGNORECASE) for activity, text in _patterns(_PHRASE)}
_PROGRAMS = {activity: re.compile(text, re.IGNORECASE) for activity, text in _patterns(_PROGRAM)}


def _read_stems() -> dict[Activity, tuple[str, ...]]:
    """Return, by activity, sequences of letters; a text in which a phrase of the activity matches
    contains at least one of them.

    Searching for letters is much faster than matching, and most texts contain none of them.
    """
    stems: dict[Activity, set[str]] = {}
    for use, activity, _language, _pattern, alternatives in _ROWS:
        if use == _PHRASE:
            stems.setdefault(Activity(activity), set()).update(alternatives.split("|"))
    return {
        activity: tuple(
            sorted(stem for stem in found if not any(other in stem for other in found - {stem}))
        )
        for activity, found in stems.items()
    }


_STEMS = _read_stems()
_ASCII_STEMS = {activity: tuple(filter(str.isascii, stems)) for activity, stems in _STEMS.items()}
_ALL_STEMS, _ALL_ASCII_STEMS = (
    tuple(sorted({stem for found in stems.values() for stem in found}))
    for stems in (_STEMS, _ASCII_STEMS)
)
_LEAST_REASON = 10
"""Characters of the shortest text that is read as a reason."""


def topic_activities(topics: Iterable[str]) -> tuple[Activity, ...]:
    """Return the activities of FollowTheMoney topics, without `crime` next to a specific one."""
    activities = {_TOPIC_ACTIVITIES[topic] for topic in topics if topic in _TOPIC_ACTIVITIES}
    return _most_specific(activities)


def charge_activities(charges: Iterable[str]) -> tuple[Activity, ...]:
    """Return the activities that charges name; `OTHER` for charges without a known word."""
    texts = [charge for charge in charges if charge.strip()]
    activities = {activity for text in texts for activity in _charge_activities(text)}
    return _most_specific(activities or ({Activity.OTHER} if texts else set()))


@cache_short_texts(4_096)
def _charge_activities(charge: str) -> frozenset[Activity]:
    return frozenset(
        activity for activity, pattern in _IN_CHARGES.items() if pattern.search(charge)
    )


def stated_activities(programs: Iterable[str], reasons: Iterable[str]) -> tuple[Activity, ...]:
    """Return the activities that programs of sanctions name or that reasons state in plain
    words.
    """
    found = {activity for program in programs for activity in _program_activities(program)}
    return tuple(sorted(found.union(*map(_reason_activities, reasons))))


@cache_short_texts(1_024)
def _program_activities(program: str) -> frozenset[Activity]:
    return frozenset(activity for activity, pattern in _PROGRAMS.items() if pattern.search(program))


@cache_short_texts(4_096)
def _reason_activities(reason: str) -> frozenset[Activity]:
    text = reason[:_MAX_REASON]
    small = text.lower()
    is_ascii = small.isascii()
    stems = _ALL_ASCII_STEMS if is_ascii else _ALL_STEMS
    if len(text) < _LEAST_REASON or not any(map(small.__contains__, stems)):
        return frozenset()
    return frozenset(
        activity
        for activity, found in (_ASCII_STEMS if is_ascii else _STEMS).items()
        if any(map(small.__contains__, found))
        and any(
            not _GUARD.search(text, max(0, match.start() - _GUARD_LENGTH), match.start())
            for match in _IN_REASONS[activity].finditer(text)
        )
    )


def _most_specific(activities: set[Activity]) -> tuple[Activity, ...]:
    specific = activities - {Activity.OTHER}
    return tuple(sorted(specific or activities))
