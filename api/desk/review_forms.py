"""Queries and forms of the review pages: filters, place in the queue, verdict, steward.

Usual reasons of decisions, chosen by one key and written to the log, and names of verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from flask import request

from resolver.api.access import viewer
from resolver.api.desk.desk_access import current_user
from resolver.api.desk.error_pages import DeskError
from resolver.errors import InputError
from resolver.review import Filters, Steward, StewardVerdict
from resolver.review.decisions.earlier_verdicts import PairRelation

HIDE_SCORES_COOKIE = "desk_blind"
_TEXT_FILTERS = ("kind", "source", "agency", "script", "reason", "assigned")
_SCORE_FILTERS = ("score_from", "score_to")
_NO_FILTERS = asdict(Filters())


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Place of a pair in the queue, as addresses carry it.

    `after` is the key of the last skipped item (empty: none), `recheck` the id of the decision
    under blind recheck (empty: none).
    """

    filters: Filters
    after: str = ""
    recheck: str = ""

    def parameters(self) -> dict[str, Any]:
        """Return the position as query parameters."""
        extra = {"again": self.recheck, "after": self.after}
        return {
            **filter_parameters(self.filters),
            **{name: value for name, value in extra.items() if value},
        }


def current_steward() -> Steward:
    """Return the user as a steward, under the name that the log shows."""
    return Steward(current_user().name, current_user().agency, viewer().scopes)


def filters_of_url() -> Filters:
    """Return the filters in the query of the request; the queue refuses unknown values."""
    return _read_filters(request.args)


def filters_of_form() -> Filters:
    """Return the filters that a form carries along."""
    return _read_filters(dict(parse_qsl(request.form.get("filters", "")[:2_000])))


def filter_parameters(filters: Filters) -> dict[str, Any]:
    """Return the filters that are set as query parameters."""
    return {
        name: str(value) for name, value in asdict(filters).items() if value != _NO_FILTERS[name]
    }


def parse_verdict(text: str) -> StewardVerdict:
    """Return the verdict of a form. Raises `DeskError`."""
    try:
        return StewardVerdict(text)
    except ValueError:
        raise DeskError(
            422,
            "Nothing was decided: no verdict was chosen.",
            f"Choose one: {', '.join(StewardVerdict)}.",
        ) from None


def parse_relation(text: str) -> PairRelation:
    """Return the relation between two groups of a form. Raises `DeskError`."""
    try:
        return PairRelation.parse(text)
    except InputError:
        raise DeskError(
            422,
            "Nothing was decided: no relation was chosen.",
            "Choose how the two groups are related.",
        ) from None


def hides_scores() -> bool:
    """Return whether this browser hides scores, so that they do not sway the steward."""
    return request.cookies.get(HIDE_SCORES_COOKIE) == "1"


def _read_filters(parameters: Mapping[str, str]) -> Filters:
    texts: dict[str, Any] = {name: parameters.get(name, "").strip()[:200] for name in _TEXT_FILTERS}
    scores: dict[str, Any] = {
        name: _parse_score(name, parameters[name])
        for name in _SCORE_FILTERS
        if parameters.get(name)
    }
    return Filters(**texts, **scores, waiting_days=_parse_days(parameters.get("waiting_days", "")))


def _parse_days(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise InputError(
            f"waiting days are {text[:20]!r}", hint="write a whole number of days, such as 7"
        )
    return int(text or 0)


def _parse_score(name: str, text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = float("nan")
    if not 0 <= score <= 1:
        raise InputError(
            f"{name.replace('_', ' ')} is {text[:20]!r}", hint="write a number from 0 to 1"
        )
    return score


class VerdictLabel(NamedTuple):
    """Keyboard shortcut, name and meaning of a verdict."""

    key: str
    name: str
    help: str


RELATED = "related"
"""Verdict of a form: two different groups with a relation between them."""
RELATED_LABEL = VerdictLabel(
    "f", "Related", "two different groups: one is a faction or successor of the other, say"
)
RELATED_REASONS = (
    "the evidence shown",
    "members and leaders",
    "confirmed by the agency",
    "other (see the comment)",
)
DECISION_REASONS: dict[StewardVerdict, tuple[str, ...]] = {
    StewardVerdict.SAME: (
        "the evidence shown",
        "same document or number",
        "another spelling or script of one name",
        "confirmed by the agency",
        "other (see the comment)",
    ),
    StewardVerdict.DIFFERENT: (
        "the evidence shown",
        "another date of birth",
        "another document or number",
        "a relative or a namesake",
        "confirmed by the agency",
        "other (see the comment)",
    ),
    StewardVerdict.UNSURE: (
        "too little is known",
        "the agency is asked",
        "evidence on both sides",
        "other (see the comment)",
    ),
    StewardVerdict.RED: (
        "two identities on purpose",
        "forged or borrowed document",
        "biometrics or photo of one person",
        "other (see the comment)",
    ),
}
"""Reasons by verdict, in the order of their number keys."""
VERDICT_LABELS: dict[StewardVerdict, VerdictLabel] = {
    StewardVerdict.SAME: VerdictLabel("s", "Same", "one person or group, lawfully (white link)"),
    StewardVerdict.DIFFERENT: VerdictLabel(
        "d", "Different", "two different ones, to be kept apart (green link)"
    ),
    StewardVerdict.UNSURE: VerdictLabel(
        "u", "Unsure", "stays in the queue, with your note (yellow link)"
    ),
    StewardVerdict.RED: VerdictLabel(
        "r",
        "Red",
        "one person under unlawfully different identities; a second steward must confirm it",
    ),
}
