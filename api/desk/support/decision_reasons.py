"""Usual reasons of decisions, chosen by one key and written to the log, and names of verdicts."""

from __future__ import annotations

from typing import NamedTuple

from resolver.review import StewardVerdict


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
