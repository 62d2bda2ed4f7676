"""Names of parts of armed and political groups: factions, wings, dissidents."""

from __future__ import annotations

import re

from resolver.data import load_words
from resolver.normalize.folding import fold
from resolver.records.prepared.value_flags import FACTION

_ARMED = load_words("kind_words", use="armed group with factions")
"""Words (English) of armed and political groups, whose parts are named after a dash."""
_DASH = re.compile(r"\s[-\u2013\u2014]\s|(?<=[^\W\d_]{4})[-\u2013\u2014] (?=[A-Z])")
_HYPHEN = re.compile(r"(?<=[^\W\d_]{4})[-\u2013\u2014](?=[^\W\d_]{3})")
_PREFIXES = frozenset("anti self semi inter counter trans ultra auto euro afro".split())
_BRACKET = re.compile(r"\(")
_MAX_PART_WORDS, _MAX_HYPHENATED, _MIN_WHOLE = 2, 3, 3
_SHORT_FORM = re.compile(r"[A-Z][A-Z.\-/]+$")
_DOUBLE_NAMES = frozenset(
    """guinea-bissau congo-kinshasa congo-brazzaville bosnia-herzegovina jammu-kashmir
    schleswig-holstein alsace-lorraine rhineland-palatinate burkina-faso""".split()
)
"""Words with a hyphen that are one, before which no whole ends."""


def mark_faction(text: str) -> str:
    """Return a translated name with the word `faction` where the name of a part begins.

    `Liberation Army - Minni Minawi` and `LA - K` are parts, `Liberation Army - LA` and
    `LA - Liberation Army of the North` give a short form.
    """
    if FACTION in fold(text).split():
        return _mark_stated(text)
    *whole, part = _DASH.split(text)
    if not whole:
        return _mark_hyphenated(text)
    if _SHORT_FORM.match(whole[0]):
        is_part = len(part.split()) <= _MAX_PART_WORDS
    else:
        is_part = not _SHORT_FORM.match(part) and not _ARMED.isdisjoint(fold(text).split())
    if not is_part:
        return text
    dash = list(_DASH.finditer(text))[-1]
    return f"{text[: dash.start()]} {FACTION} {text[dash.end() :]}"


def _mark_stated(text: str) -> str:
    """Return a name that says `faction` with that word before the name of the part.

    It begins after the last dash or bracket before the word, if it has other words.
    """
    at = text.lower().rfind(FACTION)
    breaks = [*_DASH.finditer(text, 0, at), *_BRACKET.finditer(text, 0, at)]
    breaks = breaks or list(_HYPHEN.finditer(text, 0, at))
    if at < 0 or not breaks:
        return text
    last = max(breaks, key=lambda match: match.end())
    part = f"{text[last.end() : at]} {text[at + len(FACTION) :]}".strip(" ()")
    return f"{text[: last.start()]} {FACTION} {part}" if part else text


def _mark_hyphenated(text: str) -> str:
    """Return the name of an armed group with its part after a hyphen (`Red Front-Unity`) marked."""
    for hyphen in _HYPHEN.finditer(text):
        whole, part = fold(text[: hyphen.start()]).split(), fold(text[hyphen.end() :]).split()
        if len(whole) < _MIN_WHOLE or _ARMED.isdisjoint(whole) or not part:
            continue
        if f"{whole[-1]}-{part[0]}" in _DOUBLE_NAMES or whole[-1] in _PREFIXES:
            continue
        if len(part) <= _MAX_HYPHENATED or not _ARMED.isdisjoint(part):
            return f"{text[: hyphen.start()]} {FACTION} {text[hyphen.end() :]}"
    return text
