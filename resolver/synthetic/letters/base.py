"""What all scripts share: the shape of a set of spellings, and replacing by a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Spellings:
    """The spellings of one name.

    `native`: in its own script, or None where only Latin spellings are known. `second`: in another script its bearers
    use (kana beside kanji, Russian beside Ukrainian), else None. `standard`: as a passport has it, plain ASCII. `b`,
    `c`: two other systems in use. `loose`: a spelling by ear. Equal spellings may repeat.
    """

    native: str | None
    standard: str
    b: str
    c: str
    loose: str
    second: str | None = None


def listed(line: str, rule: Callable[[str], Spellings]) -> Spellings:
    """The spellings of one entry of a list: the name, and after `:` up to four Latin forms that custom prefers to the
    rule, by commas, in the order standard, b, c, loose; the last one also stands for those left out. `_` is a space."""
    name, _, fixed = line.replace("_", " ").partition(":")
    made = rule(name)
    custom = [form for form in fixed.split(",") if form]
    if not custom:
        return made
    standard, b, c, loose = (custom + [custom[-1]] * 4)[:4]
    return replace(made, standard=standard, b=b, c=c, loose=loose)


def paired(signs: str, sounds: str) -> dict[str, str]:
    """Each sign with its sound; sounds are parted by spaces."""
    return dict(zip(signs, sounds.split(), strict=True))


@lru_cache(maxsize=64)
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True)))


def replace_longest(text: str, table: Mapping[str, str]) -> str:
    """`text` with every key of `table` replaced, longest keys first, left to right, once."""
    return _pattern(tuple(table)).sub(lambda match: table[match[0]], text)


def title(text: str) -> str:
    """Every word and every hyphenated part with a capital; apostrophes do not start a word."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda m: m[0][0].upper() + m[0][1:], text)


def strip_accents(text: str) -> str:
    """Latin text without its marks: é → e, ł → l, đ → d, ı → i, ß → ss."""
    plain = text.translate(_UNDECOMPOSED)
    return "".join(
        ch for ch in unicodedata.normalize("NFD", plain) if not unicodedata.combining(ch)
    )


_UNDECOMPOSED = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
    }
)
