"""Texts of numbers, times, scores and codes on pages; templates use this module as `fmt`.

Facets of the search page: values that found entities state, each with a count and a link.

Ids in addresses.

An id of a record may contain a slash, which would end a part of a path. A slash is written `~1` and
a tilde `~0`, as in a JSON pointer (RFC 6901).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import east_asian_width

from werkzeug.routing import BaseConverter

from resolver import review
from resolver.api.desk.evidence_rows import evidence_label as evidence_label
from resolver.check.result_page import read_facet
from resolver.check.term_search import FoundEntities
from resolver.errors import pluralize
from resolver.reference.ftm import find_schema
from resolver.review import DecisionView, country_name, latin_transliteration
from resolver.review.entity_sides import SCRIPTS

_UNITS = (
    (86_400 * 365, "year"),
    (86_400 * 30, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)
_WORKDAY_MINUTES = 8 * 60
_KINDS = {
    "person": "person",
    "group": "group or company",
    "legal": "person or group",
    "asset": "vessel or asset",
}
_STATE_CLASSES = {
    "done": "agree",
    "failed": "differ",
    "running": "wait",
    "queued": "wait",
    "held": "wait",
}
_COUNT_NOUNS = {
    "born": ("new entity", "new entities"),
    "retired": ("retired entity", "retired entities"),
}
_DECISION_STATUSES = {
    "stands": "in effect",
    "waits": "waits for a second steward",
    "reopened": "reopened: a record has changed",
}
_STATE_LABELS = {"held": "held for approval"}
# The verdict "red": one person under unlawfully different identities.
_LINK_COLORS = {"same": "white link", "different": "green link", "red": "red link"}
"""Colors of links by verdict, as in Regulation (EU) 2019/817."""
_COLOR_MEANINGS = {
    "yellow": "yellow link: waits for a steward",
    "white": "white link: the same, lawfully",
    "green": "green link: different, with similar data",
    "red": "red link: one person under unlawfully different identities",
}
_COLOR_CLASSES = {"yellow": "wait", "white": "agree", "green": "", "red": "differ"}
_VERDICT_CLASSES = {"same": "agree", "unsure": "wait", "red": "differ"}


def number(value: int) -> str:
    """Return a number with separators: `12345` → `12,345`."""
    return f"{value:,}"


def percent(score: float) -> str:
    """Return a probability as a whole percentage, but never as 0 or 100."""
    if score >= 0.995:
        return "over 99 %"
    return "under 1 %" if score < 0.005 else f"{100 * score:.0f} %"


def share(part: float) -> str:
    """Return a share of rows (0 to 1) as a whole percentage; only a share of 1 gives 100 %."""
    return f"{min(round(100 * part), 99) if part < 1 else 100} %"


def weight(thousandths: int) -> str:
    """Return log-odds with a sign: `1234` → `+1.23`; a weight that rounds to zero has no sign."""
    if abs(thousandths) < 5:
        return "0.00"
    return f"{'−' if thousandths < 0 else '+'}{abs(thousandths) / 1000:.2f}"


def minute(text: str) -> str:
    """Return a time of the store in UTC, to the minute; empty stays empty."""
    return _parse(text).strftime("%Y-%m-%d %H:%M") if text else ""


def day(text: str) -> str:
    """Return the date of a time of the store."""
    return text[:10]


def age(text: str) -> str:
    """Return the time since a time of the store: `3 hours`; empty stays empty."""
    if not text:
        return ""
    seconds = (datetime.now(UTC) - _parse(text)).total_seconds()
    for length, name in _UNITS:
        if seconds >= length:
            return pluralize(int(seconds // length), name)
    return "under a minute"


def ago(text: str) -> str:
    """Return the distance of a time of the store: `3 hours ago`; empty: `never`."""
    if not text:
        return "never"
    duration = age(text)
    return "just now" if duration == "under a minute" else f"{duration} ago"


def duration(minutes: int) -> str:
    """Return a time of work in rough words: `40 minutes`, `3 hours`, `5 days of 8 hours`."""
    if minutes < 90:
        return pluralize(max(minutes, 1), "minute")
    if minutes < _WORKDAY_MINUTES:
        return pluralize(round(minutes / 60), "hour")
    return pluralize(math.ceil(minutes / _WORKDAY_MINUTES), "day") + " of 8 hours"


def script_label(code: str) -> str:
    """Return the name of a script by its ISO 15924 code."""
    return SCRIPTS.get(code, code)


def kind_label(kind: str) -> str:
    """Return the label of a kind of records."""
    return _KINDS.get(kind, kind)


def country_label(code: str) -> str:
    """Return the name of a country by its code; a text that is no code stays."""
    return country_name(code) or code


def country_labels(codes: Sequence[str]) -> str:
    """Return the names of countries as a list: `Iran, Syria`."""
    return ", ".join(map(country_label, codes))


def trait_label(trait: str) -> str:
    """Return something that two entities share, with the name of a country in place of its code:
    `country: eg` → `country: Egypt`, `route: eg (transit)` → `route: Egypt (transit)`.
    """
    name, _, text = trait.partition(": ")
    code, space, rest = text.partition(" ")
    return f"{name}: {country_label(code)}{space}{rest}" if name in _PLACES else trait


_PLACES = ("country", "route")
_LINKING_WORDS = ("of", "to", "with")


def distinct_roles(roles: Sequence[str], relation: str = "") -> list[str]:
    """Return roles, each once in any case (lower case first), without roles that the words of the
    relation contain: `MEMBER, member of, driver` of `has as member` → `driver`.
    """
    relation_words = {*relation.casefold().split(), *_LINKING_WORDS} if relation else set()
    distinct: dict[str, str] = {}
    for role in sorted(roles, key=str.isupper):
        if not relation_words.issuperset(role.casefold().split()):
            distinct.setdefault(role.casefold(), role)
    return sorted(distinct.values(), key=str.casefold)


def counts(by_name: Mapping[str, int]) -> str:
    """Return counts, except zeros: `{"records": 12, "born": 1}` → `12 records, 1 new entity`."""
    return ", ".join(
        pluralize(count, *_count_nouns(name)) for name, count in by_name.items() if count
    )


def _count_nouns(name: str) -> tuple[str, str]:
    words = name.replace("_", " ")
    return _COUNT_NOUNS.get(name, (words.removesuffix("s"), words))


def state_class(state: str) -> str:
    """Return the CSS class for the state of a job."""
    return _STATE_CLASSES.get(str(state), "")


def state_label(state: str) -> str:
    """Return the state of a job as pages name it."""
    return _STATE_LABELS.get(str(state), str(state))


def status_label(status: str) -> str:
    """Return the status of a decision as pages name it."""
    return _DECISION_STATUSES.get(str(status), str(status))


def verdict_class(decision: DecisionView) -> str:
    """Return the CSS class for the verdict of a decision."""
    return "" if decision.undoes else _VERDICT_CLASSES.get(str(decision.verdict), "")


def link_color(decision: DecisionView) -> str:
    """Return the color of the link that a decision states, in words; empty for none."""
    return "" if decision.undoes else _LINK_COLORS.get(str(decision.verdict), "")


def color_meaning(color: str) -> str:
    """Return what the color of a link means."""
    return _COLOR_MEANINGS[color]


def color_class(color: str) -> str:
    """Return the CSS class for the color of a link."""
    return _COLOR_CLASSES[color]


def shorten(text: str, width: int) -> str:
    """Return a text cut to a width in letters; letters of East Asia and emoji count as two."""
    remaining = width
    for index, letter in enumerate(text):
        remaining -= 2 if east_asian_width(letter) in "WF" else 1
        if remaining < 0:
            return text[: max(index - 1, 1)].rstrip() + "…"
    return text


def latin(text: str) -> str:
    """Return the transliteration of a name; empty for a name in Latin letters."""
    return latin_transliteration(text)


def join_words(words: Sequence[str]) -> str:
    """Return words as an enumeration: `a`, `a and b`, `a, b and c`."""
    return (
        " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""
    )


def _parse(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


FACET_LABELS = {
    "schema": "Kind",
    "countries": "Country",
    "datasets": "List",
    "topics": "Topic",
    "genders": "Gender",
}
"""Facets by which found entities are narrowed, with their labels."""
_MAX_VALUES = 8

FacetFilter = tuple[str, str]
"""Facet and the value that entities must have."""


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """Value of a facet, the number of found entities with it, whether it is chosen, and the filters
    of the page to which its link leads.
    """

    label: str
    count: int
    is_chosen: bool
    filters: tuple[str, ...]


def read_facet_filters(texts: Sequence[str]) -> tuple[list[FacetFilter], list[str]]:
    """Return the filters in texts such as `countries:ru`, and the texts that are no filters."""
    filters: dict[str, str] = {}
    unknown = []
    for text in texts:
        facet, _, value = text[:300].partition(":")
        if facet in FACET_LABELS and value:
            filters[facet] = value
        else:
            unknown.append(text[:60])
    return list(filters.items()), unknown


def narrow_search(results: FoundEntities, filters: Sequence[FacetFilter]) -> FoundEntities:
    """Return the found entities that have all wanted values."""
    for facet, value in filters:
        results = results.select(read_facet(facet, results).entities_with(value, len(results)))
    return results


def facet_choices(
    results: FoundEntities, filters: Sequence[FacetFilter]
) -> list[tuple[str, list[FacetChoice]]]:
    """Return, by label, the values that narrow the found entities further, the most frequent first,
    and the chosen values.
    """
    chosen = dict(filters)
    groups = []
    for facet, label in FACET_LABELS.items():
        counts = read_facet(facet, results).counts()[:_MAX_VALUES]
        if facet in chosen:
            counts = [(chosen[facet], len(results))]
        elif all(count == len(results) for _, count in counts):
            continue
        choices = [_choice(facet, value, count, chosen) for value, count in counts]
        groups.append((label, choices))
    return groups


def _choice(facet: str, value: str, count: int, chosen: dict[str, str]) -> FacetChoice:
    is_chosen = chosen.get(facet) == value
    rest = {name: other for name, other in chosen.items() if name != facet}
    linked = rest if is_chosen else {**rest, facet: value}
    filters = tuple(f"{name}:{text}" for name, text in linked.items())
    return FacetChoice(_label(facet, value), count, is_chosen, filters)


def _label(facet: str, value: str) -> str:
    if facet == "countries":
        return country_label(value)
    if facet == "topics":
        return review.topic_label(value)
    if facet == "schema":
        schema = find_schema(value)
        return value if schema is None else schema.label
    return value


class ReferenceConverter(BaseConverter):
    """Path converter for the id of an entity or a record."""

    def to_python(self, value: str) -> str:
        """Return the id of a part of a path."""
        return value.replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        """Return the part of a path for an id."""
        return str(super().to_url(value.replace("~", "~0").replace("/", "~1")))
