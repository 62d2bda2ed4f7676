"""Tables that golden records and statements of a run share, computed once.

Equality of written values: canonical codes, and light normal forms (case and spaces only).

Two values of one property with the same key become one value of a golden record. The best written
form is shown; the records of all forms are kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from resolver.errors import DateError
from resolver.merging.golden_record import RelationTargets, RepeatedLinks, find_targets
from resolver.merging.partition import Partition, find_entity_schemata, find_record_schemata
from resolver.records import Batch, PartialDate, parse_date
from resolver.records.packing import SEPARATOR
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.properties import COUNTRIES, DATES, IDENTIFIER_SET
from resolver.reference.characters import text_scripts
from resolver.reference.ftm.value_types import clean_gender

CountryCode = Callable[[str], str | None]
GENDER = "gender"
_DATES = frozenset(DATES)
_COUNTRIES = frozenset(COUNTRIES)
CODED_PROPERTIES = _DATES | _COUNTRIES | {GENDER}
"""Properties whose values have a canonical code."""


@cache_short_texts(1 << 17)
def try_parse_date(text: str) -> PartialDate | None:
    """Return the date a text states, or None."""
    try:
        return parse_date(text)
    except DateError:
        return None


@dataclass(slots=True)
class CanonicalCodes:
    """Canonical codes of values: ISO country code, EDTF date, FollowTheMoney gender, else empty.

    Codes are cached, because the texts of these columns repeat.
    """

    country_code: CountryCode
    _codes: dict[tuple[str, str], str] = field(default_factory=dict)

    def code(self, column: str, text: str) -> str:
        """Return the canonical code of a value.

        Empty if the column has no codes or the value is not understood.
        """
        if column not in CODED_PROPERTIES:
            return ""
        cached = self._codes.get((column, text))
        if cached is None:
            cached = self._codes[column, text] = self._compute(column, text)
        return cached

    def _compute(self, column: str, text: str) -> str:
        if column in _COUNTRIES:
            return (self.country_code(text) or "").lower()
        if column in _DATES:
            return _date_code(text)
        return clean_gender(text) or ""


def _date_code(text: str) -> str:
    date = try_parse_date(text)
    return str(date) if date else ""


def equality_key(column: str, text: str, code: str) -> str:
    """Return the key that two values of a column share if they are equal."""
    if code:
        return code
    if column in IDENTIFIER_SET:
        number, cut, rest = text.partition(SEPARATOR)
        return (
            "".join(_normalize_spaces_and_case(number).split())
            + cut
            + _normalize_spaces_and_case(rest)
        )
    return _normalize_spaces_and_case(text)


def _normalize_spaces_and_case(text: str) -> str:
    if text.isascii() and SEPARATOR not in text:
        # ASCII text is already in normal form NFKC.
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return SEPARATOR.join(" ".join(part.split()) for part in folded.split(SEPARATOR))


def case_rank(text: str) -> int:
    """Return 0 for mixed case or a script without case, 1 for ALL CAPITALS, 2 for lower case."""
    return 1 if text.isupper() else 2 if text.islower() else 0


def is_latin(text: str) -> bool:
    """Return True if the text has letters and all of them are Latin."""
    return text_scripts(text) == {"Latin"}


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """Attributes of records and entities as lists.

    `entity_ids` and `schemata` are indexed by entity number, the other lists by record row.
    """

    ids: list[str]
    sources: list[str]
    source_codes: list[int]
    kinds: list[int]
    record_schemata: list[str]
    entity_ids: list[str]
    schemata: list[str]
    targets: RelationTargets
    canon: CanonicalCodes
    repeated_links: RepeatedLinks


@dataclass(frozen=True, slots=True)
class MergeContext(MergeFacts):
    """Attributes of records and entities, with the batch and its partition.

    The rows of entity e are `order[offsets[e]:offsets[e + 1]]`.
    """

    batch: Batch
    parts: Partition
    order: list[int]
    offsets: list[int]


def build_merge_context(batch: Batch, parts: Partition, country_code: CountryCode) -> MergeContext:
    """Build the context of a canonical batch and its partition."""
    record_schemata = find_record_schemata(batch)
    schemata = find_entity_schemata(parts, record_schemata)
    return MergeContext(
        batch.ids.to_pylist(),
        batch.sources.texts(),
        batch.sources.codes.tolist(),
        batch.kinds.tolist(),
        record_schemata,
        parts.ids.to_pylist(),
        schemata,
        find_targets(batch, parts, schemata),
        CanonicalCodes(country_code),
        RepeatedLinks.of(batch),
        batch,
        parts,
        parts.order.tolist(),
        parts.offsets.tolist(),
    )
