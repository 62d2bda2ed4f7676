"""When two written values are one: canonical codes, and light normal forms (case and spaces, nothing more).

Two values of one property that give the same key collapse in a golden record; the best written of them is shown, and
the records of all of them are kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from followthemoney.types import registry
from rigour.text.scripts import text_scripts

from resolver.errors import DateError
from resolver.records import PartialDate, parse_date
from resolver.records.packing import SEPARATOR
from resolver.records.properties import COUNTRIES, DATES, IDENTIFIER_SET

CountryCode = Callable[[str], str | None]
GENDER = "gender"
_DATES = frozenset(DATES)
_COUNTRIES = frozenset(COUNTRIES)
CODED = _DATES | _COUNTRIES | {GENDER}
"""Properties whose values have a canonical code."""


@lru_cache(maxsize=1 << 14)
def date_of(text: str) -> PartialDate | None:
    """The date a text states, or None."""
    try:
        return parse_date(text)
    except DateError:
        return None


@dataclass(slots=True)
class Canon:
    """Canonical codes of values: an ISO country code, a date's EDTF text, FtM's word for a gender; else empty.

    Remembers what it worked out: the texts of these columns repeat.
    """

    country_code: CountryCode
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def code(self, column: str, text: str) -> str:
        """The canonical code of a value, or the empty text where the column has none or the value is not understood."""
        if column not in CODED:
            return ""
        known = self._known.get((column, text))
        if known is None:
            known = self._known[column, text] = self._work_out(column, text)
        return known

    def _work_out(self, column: str, text: str) -> str:
        if column in _COUNTRIES:
            return (self.country_code(text) or "").lower()
        if column in _DATES:
            return _date_code(text)
        return registry.gender.clean(text) or ""


def _date_code(text: str) -> str:
    date = date_of(text)
    return str(date) if date else ""


def key(column: str, text: str, code: str) -> str:
    """What two values of a column must share to be one."""
    if code:
        return code
    if column in IDENTIFIER_SET:
        number, cut, rest = text.partition(SEPARATOR)
        return "".join(_squash(number).split()) + cut + _squash(rest)
    return _squash(text)


def _squash(text: str) -> str:
    if text.isascii() and SEPARATOR not in text:
        # there is nothing to compose
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return SEPARATOR.join(" ".join(part.split()) for part in folded.split(SEPARATOR))


def case_rank(text: str) -> int:
    """0 for mixed case or a script without case, 1 for ALL CAPITALS, 2 for all small letters."""
    return 1 if text.isupper() else 2 if text.islower() else 0


def is_latin(text: str) -> bool:
    """Whether the text has letters and all of them are Latin."""
    return text_scripts(text) == {"Latin"}
