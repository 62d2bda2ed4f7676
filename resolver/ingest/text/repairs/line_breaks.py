"""Words that a line break of a printed list has cut at their hyphen: `Научно- производственный`."""

from __future__ import annotations

import re

_BREAK = re.compile(r"([^\W\d_]{1,60})[-‐]\s+(?=([^\W\d_]{1,60}))")
_ARTICLES = frozenset("al el as ar an at az ash ad ul ur ibn abu abou bin umm ould".split())
_CYRILLIC = re.compile("[\u0400-\u04ff]")
# First parts of compounds: научно-, производственно-; nauchno-.
_LINKING_VOWELS = tuple("оеё")


def join_line_breaks(text: str, *, is_person: bool) -> str:
    """Return a name without the spaces that line breaks have left after hyphens.

    A person's hyphen always joins. In the name of a group it may also be a dash, and joins only an
    article (`al- Islam`), the first part of a Russian compound, or a small letter after it.
    Soft hyphens go, and the typographic hyphen becomes the usual one.
    """
    text = text.replace("\u00ad", "").replace("‐", "-")
    if "- " not in text:
        return text

    def join(match: re.Match[str]) -> str:
        """Return the first part and its hyphen, with its space if it is a dash."""
        first, second = match[1], match[2]
        joins = is_person or _joins_in_group(first, second)
        return f"{first}-" if joins else match[0]

    return _BREAK.sub(join, text)


def _joins_in_group(first: str, second: str) -> bool:
    plain = first.casefold()
    if plain in _ARTICLES or second.casefold() in _ARTICLES:
        return True
    if _CYRILLIC.search(first):
        return plain.endswith(_LINKING_VOWELS) and len(plain) > 3
    if plain.endswith(("chno", "venno")):
        return True
    return second[0].islower() and second not in ("and", "or", "of", "the", "in", "for")
