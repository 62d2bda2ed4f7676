"""Several names in one cell, and words after a name that are no part of it.

A text is split only where every piece is a name by itself; any other stays whole.
"""

from __future__ import annotations

import re
from itertools import pairwise

from resolver.data import load_words
from resolver.ingest.text.name_words import is_legal_form
from resolver.reference.legal_forms import find_legal_forms

MAX_TEXT = 1_500
"""Characters; a longer text is not split."""
_FIRST_LETTER = re.compile(r"\(?a\)\s*(?=\S)")
_NEXT_LETTER = re.compile(r"[\s,;]{0,9}\([b-h]\)[\s,]{0,9}")
_BARE_LETTER = re.compile(r"[\s,;]{0,9}(?<=[\s,;])\(?[b-h]\)[\s,]{0,9}")
_BRACKET = re.compile(r"\([^()]{2,200}\)")
_QUOTED = re.compile('[‘“«„"][^‘“«„"”»]{1,200}[’”»“"]')
_OPENING = '‘“«„"'
_ANY_QUOTE = re.compile('[‘’“”«»„"]')
_APOSTROPHE = re.compile(r"(?<=\w)['’‘](?=\w)")
_AND = re.compile(r" (?:and|und|et|y|и) ", re.I)
_CONTINUED = re.compile(r"(?:and|und|et|y|и|or|of|for) ", re.I)
_SMALL_START = re.compile(r"(?:al|ad|an|ar|as|at|el|the|lil)[- ]")
_COMMA = re.compile(r",\s+")
_ARABIC_COMMA = re.compile(r"(?:(?<!\s)\s++)?،\s*")
_CYRILLIC_FORMS = load_words("legal_forms", use="Cyrillic letters")
_ACRONYM = re.compile(r"[^\W\d_a-zа-я]{2,10}")
_FORMS = load_words("legal_forms", use="capitals")
_WORD = re.compile(r"[^\W\d_]+")
_BRANCHES = "(?:subsidiaries|affiliates|branches|branch offices)"
_FOLLOWING = re.compile(
    r"(?:(?<![\s,])[\s,]++)?(?:\((?:including|and) all branches\)\s*+)?"
    r"\b(?:and|including|with|as well as)\s+"
    rf"(?:the following (?:{_BRANCHES}|companies|entities)|(?:all )?(?:its |their )?{_BRANCHES})"
    rf"(?: and {_BRANCHES})?\s*:?$",
    re.I,
)


def split_enumeration(text: str) -> list[str]:
    """Split `a) One, b) Two`, `(a) One (b) Two` and `One, (b) Two`, else return the whole text."""
    if len(text) > MAX_TEXT:
        return [text]
    if first := _FIRST_LETTER.match(text):
        parts = (_NEXT_LETTER if "(b)" in text else _BARE_LETTER).split(text[first.end() :])
    else:
        parts = [text] if "(a)" in text else _NEXT_LETTER.split(text)
    return [part for part in parts if part] or [text]


def split_group_list(text: str) -> list[str]:
    """Split the names of a group at commas where each piece is a whole name.

    Examples: `ПАО ‘Банк ПСБ’, ПАО ‘Промсвязьбанк’`; `JSC «A», OJSC “B”`; a name and the acronym of
    its words. `Завод ‘Знамя’, ПАО` and `Ministry of Trade, Industry and Mines` stay whole.
    """
    if len(text) > MAX_TEXT or not re.search("[,،]", text):
        return [text]
    if "،" in text:
        return [part for part in _ARABIC_COMMA.split(text) if part] or [text]
    pieces = _pieces_outside_brackets(text)
    return pieces if len(pieces) > 1 and all(pieces) and _are_names(pieces) else [text]


def _pieces_outside_brackets(text: str) -> list[str]:
    masked = _BRACKET.sub(lambda match: "(" + "x" * (len(match[0]) - 2) + ")", text)
    ends = [0, *(match.start() for match in _COMMA.finditer(masked)), len(text)]
    return [text[start:end].strip(" ,") for start, end in pairwise(ends)]


def _are_names(pieces: list[str]) -> bool:
    """Return whether each piece is a whole name; the last one may be an acronym."""
    *names, last = pieces
    if _is_acronym_of(last, names[-1]) and (len(names) == 1 or all(map(_is_whole_name, names))):
        return True
    # A piece that is nothing but a quoted name may belong to the words before it.
    bare = sum(piece[0] in _OPENING for piece in pieces)
    has_quotes = bare in (0, len(pieces)) and any(_QUOTED.search(piece) for piece in pieces)
    return has_quotes and all(map(_is_whole_name, pieces))


def split_alias_list(text: str) -> list[str]:
    """Split a list of at least three aliases of a group: `Macina Front, Katiba Macina, FLM`.

    It is one if each piece begins like a name, some have several words, and none is joined to the
    others by `and`. `Pribory, Service, Torgovlya` and `Ministry of Culture, Youth and Sport` stay
    whole, and a legal form stays with the name before it (`Mayak Co., Ltd`).
    """
    if len(text) > MAX_TEXT or _ANY_QUOTE.search(_APOSTROPHE.sub("", text)):
        return [text]
    pieces: list[str] = []
    for piece in _pieces_outside_brackets(text):
        if pieces and is_legal_form(piece):
            pieces[-1] = f"{pieces[-1]}, {piece}"
        else:
            pieces.append(piece)
    if len(pieces) < 3 or not all(map(_begins_like_name, pieces)):
        return [text]
    has_short = any(" " not in piece for piece in pieces[1:-1])
    if all(" " not in piece for piece in pieces) or (has_short and _AND.search(pieces[-1])):
        return [text]
    return pieces


def _begins_like_name(piece: str) -> bool:
    """Return whether a piece begins with a capital, a digit or an article, and not with `and`."""
    first = piece[:1]
    is_capital = first.isalpha() and not first.islower()
    return not _CONTINUED.match(piece) and (
        is_capital or first.isdigit() or bool(_SMALL_START.match(piece))
    )


def strip_following(text: str) -> tuple[str, str]:
    """Split `X and the following subsidiaries:` into (`X`, the words after it)."""
    match = _FOLLOWING.search(text[-120:])
    if not match or match.start() + max(len(text) - 120, 0) == 0:
        return text, ""
    start = max(len(text) - 120, 0) + match.start()
    return text[:start], text[start:].strip(" ,")


def _is_whole_name(piece: str) -> bool:
    """Return whether a piece has its own quoted name, or a legal form before or after a name."""
    if len(_ANY_QUOTE.findall(piece)) % 2 == 0 and _QUOTED.search(piece):
        return True
    words = piece.split()
    if len(words) < 2:
        return False
    if words[0] in _CYRILLIC_FORMS:
        return True
    forms = find_legal_forms(piece)
    return any(
        len(piece) > len(form) + 1 and (piece.startswith(f"{form} ") or piece.endswith(f" {form}"))
        for form in forms
    )


def _is_acronym_of(text: str, name: str) -> bool:
    """Return whether a text is the acronym of a name's words, or follows a name in quotes."""
    if not _ACRONYM.fullmatch(text) or text in _CYRILLIC_FORMS or text in _FORMS:
        return False
    initials = "".join(word[0] for word in _WORD.findall(name)).upper()
    return text in (initials, "".join(re.findall(r"\b[^\W\d_a-zа-яё]", name))) or (
        len(text) > 2 and name[-1:] in "’”»" and bool(_QUOTED.search(name))
    )
