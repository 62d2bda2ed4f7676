"""Draft of a record: it gathers facts while a reader reads a row, and builds the `Record`.

The module also reads the handling code of a record in JSON, which has a field of its own.

A restricted record must not become public because its field is misspelled, so a field with a
similar name is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import category

from resolver.errors import RecordError
from resolver.records import (
    Activity,
    Address,
    Handling,
    Identifier,
    Kind,
    Record,
    Relation,
    RelationType,
    Value,
    kind_of_schema,
)
from resolver.records.packing import FIELD_NAMES, join_fields, unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.visibility import VISIBILITY_RULES

NO_HANDLING = Handling()
"""Handling of records that state none: free within the hub."""
Fact = Value | Identifier | Address | Relation
_CARE_OF = re.compile(r"(?:c/o|care of)\b[:\s]*", re.IGNORECASE)
"""Beginning of an alias that names somebody else, who receives the mail."""
_OTHER_NAMES = frozenset(("alias", "weakAlias", "previousName"))


class RecordDraft:
    """Record under construction. Empty and repeated facts are dropped; the order of adding is
    kept.
    """

    __slots__ = ("_added", "_facts", "activities", "handling", "id", "schema", "source")

    def __init__(self, source: str, native_id: str, schema: str) -> None:
        self.source = source
        self.id = f"{source}:{native_id}"
        self.schema = schema
        self.activities: tuple[Activity, ...] = ()
        self.handling = NO_HANDLING
        self._facts: tuple[list[Value], list[Identifier], list[Address], list[Relation]] = (
            [],
            [],
            [],
            [],
        )
        self._added: set[tuple[str, str] | Fact] = set()

    def add_value(self, prop: str, text: str, origin: str = "") -> None:
        """Add a value of a property, with white space normalized.

        An alias that says in whose care somebody is becomes a link to that name.
        """
        text = " ".join(text.split())
        care_of = _CARE_OF.match(text) if prop in _OTHER_NAMES else None
        if care_of and text[care_of.end() :]:
            target = text[care_of.end() :]
            self.add_fact(
                Relation(RelationType.LINKED_TO, target_name=target, role="care of", origin=origin)
            )
        elif text and (prop, text) not in self._added:
            self._added.add((prop, text))
            self._facts[0].append(Value(prop, text, origin))

    def add_fact(self, fact: Fact) -> None:
        """Add a finished value, identifier, address or relation."""
        if isinstance(fact, Value):
            self.add_value(fact.prop, fact.text, fact.origin)
        elif fact not in self._added:
            self._added.add(fact)
            if isinstance(fact, Identifier):
                self._facts[1].append(fact)
            elif isinstance(fact, Address):
                self._facts[2].append(fact)
            else:
                self._facts[3].append(fact)

    def add_note(self, text: str, origin: str = "") -> None:
        """Keep a text that has no property of its own."""
        self.add_value("notes", text, origin)

    @property
    def values(self) -> list[Value]:
        """Return the values added so far."""
        return self._facts[0]

    @property
    def identifiers(self) -> list[Identifier]:
        """Return the identifiers added so far."""
        return self._facts[1]

    def build_record(self) -> Record:
        """Build the record from the facts added so far."""
        values, identifiers, addresses, relations = self._facts
        return Record(
            self.id,
            self.source,
            kind_of_schema(self.schema) or Kind.LEGAL,
            self.schema,
            tuple(values),
            tuple(identifiers),
            tuple(addresses),
            tuple(relations),
            activities=self.activities,
            handling=self.handling,
        )


_LETTER, _WORD = ("h", "H"), "handling"
_CODES = ", ".join(VISIBILITY_RULES)


HANDLING_FIELDS = FIELD_NAMES[HANDLING]
"""Names of the facts of a handling, as in exports: `code`, `conditions`, `subjectCategory` …"""
_MOST_LETTERS = 500
_REVIEW_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)


def _has_controls(text: str) -> bool:
    """Return whether a text has control characters, or halves of characters (lone surrogates)."""
    return any(category(letter) in ("Cc", "Cs") for letter in text)


def build_handling(stated: Mapping[str, object]) -> Handling:
    """Return the handling with some facts, by their names in `HANDLING_FIELDS`.

    Raises `RecordError` for a fact that does not exist or cannot be read: without it, a record
    would be less protected than its owner wants.
    """
    texts = {}
    for name, value in stated.items():
        if name not in HANDLING_FIELDS:
            known = ", ".join(HANDLING_FIELDS)
            raise RecordError(f"a handling has no {name[:60]!r}", hint=f"it has {known}")
        text = " ".join(value.split()) if isinstance(value, str) else None
        if text is None or len(text) > _MOST_LETTERS or _has_controls(text):
            raise RecordError(
                f"the {name} of its handling is no text of {_MOST_LETTERS} letters at most"
            )
        texts[name] = text
    if texts.get("code", "") not in ("", *VISIBILITY_RULES):
        raise RecordError(
            f"handling code {texts['code'][:60]!r} is none of {_CODES}",
            hint="correct the code of the record",
        )
    date = texts.get("reviewDate", "")
    if date and not _REVIEW_DATE.fullmatch(date):
        raise RecordError(
            f"the review date {date[:60]!r} is no date", hint="write it as 2027-05-31"
        )
    texts["code"] = texts.get("code") or NO_HANDLING.code
    return unpack_handling(join_fields(*(texts.get(name, "") for name in HANDLING_FIELDS)))


def read_handling_field(row: Mapping[str, object], field: str) -> Handling:
    """Return the handling that a field of a record states; H0 if the field is absent or empty.

    The field has a handling code, or an object with the facts of `HANDLING_FIELDS`. Raises
    `RecordError` for a value that cannot be read, and for a field with almost the same name.
    """
    refuse_handling((name for name in row if name != field), field)
    code = row.get(field)
    if code is None or code == "":
        return NO_HANDLING
    if isinstance(code, Mapping):
        return build_handling(code)
    if not isinstance(code, str) or code not in VISIBILITY_RULES:
        raise RecordError(f"its handling code is none of {_CODES}", hint=f"mend {field!r}")
    return Handling(code=code)


def refuse_handling(names: Iterable[str], field: str) -> None:
    """Raise `RecordError` if one of some names is similar to `field`, which is the name of the
    field for the handling.
    """
    for name in names:
        if name.startswith(_LETTER) and name.casefold().startswith(_WORD):
            raise RecordError(
                f"a handling code cannot be read from {name[:60]!r}",
                hint=f"write it in the field {field!r} of the record",
            )
