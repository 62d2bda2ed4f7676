"""Why stewards decide as they do: the usual reasons, to choose from by one key. What is chosen goes into the log."""

from __future__ import annotations

from resolver.review import Verdict

REASONS: dict[Verdict, tuple[str, ...]] = {
    Verdict.SAME: (
        "the evidence shown",
        "same document or number",
        "another spelling or script of one name",
        "confirmed by the agency",
        "other (see the comment)",
    ),
    Verdict.DIFFERENT: (
        "the evidence shown",
        "another date of birth",
        "another document or number",
        "a relative or a namesake",
        "confirmed by the agency",
        "other (see the comment)",
    ),
    Verdict.UNSURE: (
        "too little is known",
        "the agency is asked",
        "evidence on both sides",
        "other (see the comment)",
    ),
    Verdict.RED: (
        "two identities on purpose",
        "forged or borrowed document",
        "biometrics or photo of one person",
        "other (see the comment)",
    ),
}
WORDS: dict[Verdict, tuple[str, str, str]] = {
    Verdict.SAME: ("s", "Same", "one and the same, lawfully (white link)"),
    Verdict.DIFFERENT: ("d", "Different", "two of them; they stay apart for good (green link)"),
    Verdict.UNSURE: ("u", "Unsure", "stays in the queue, with your note (yellow link)"),
    Verdict.RED: (
        "r",
        "Red",
        "one person under unlawfully different identities; a second steward must say so too",
    ),
}
"""verdict -> its key, its word, and what it means"""
