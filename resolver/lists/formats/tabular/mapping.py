"""Mapping of the columns of a table to properties: written by its owner as YAML, or guessed.

id: unique_id                  # a column; without it the id is a digest of the row
kind: person                   # person, group, asset, legal (person or group), or a column
source: h50k
properties:                    # FtM property: a column or a list of columns
  name: [full_name]
  gender: sex
  address.city: town           # part of an address: full, street, city, region, postalCode, country
  route.transit: via           # countries of a route: source, transit, destination
relations:                     # optional: relations of a row to another record, or to a name
  - type: member of            # a type of relation, or a column
    target: group_id           # columns: id of the other record (of this source, or source:id),
    name: group_name           # its name, role, start, end
    role: position
schema: Person                 # optional: an FtM schema or a column; replaces kind
agency: Border police          # optional
handling: H0                   # optional: a handling code or a column
handling_facts:                # optional: further conditions, each a column, or a text for all rows
  subjectCategory: category
  purpose: {text: prevention of crime}
deduplicated: true             # optional: no two rows are the same person or group
complete: true                 # optional: other records of this source in a store are withdrawn
separator: ";"                 # optional: separates the values of a cell
day_first: false               # optional: 03/04/1970 is the 4th of March; else the file decides
delimiter: ";"                 # optional: separates the cells of a CSV
encoding: shift_jis            # optional: encoding of the text; else the file decides

The YAML may come from an untrusted sender, so it is read as plain texts: no numbers, aliases, merge
keys or deep nesting. A mapping needs none of these, and each of them lets a small file cost much:
aliases multiply, a number in base 60 may have a million digits, and nesting exhausts the stack.

A table is read by the mapping next to it; if there is none, by the first given mapping that fits.
`suspects.csv` is read by `suspects.csv.mapping.yml` or `suspects.mapping.yml` in its folder. The
search for list files skips mapping files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from rapidfuzz import fuzz, process

from resolver.errors import InputError, MappingError, RecordError
from resolver.lists.formats.tabular.table_files import open_table_file
from resolver.lists.io.code_pages import check_encoding
from resolver.lists.io.source_files import SourceFile
from resolver.lists.text.record_draft import HANDLING_FIELDS, build_handling
from resolver.records import KIND_BY_LABEL, CountryRole, RelationType, kind_of_schema
from resolver.records import properties as property_names
from resolver.records.stated_links import find_relation_type
from resolver.records.visibility import HANDLING_CODES, is_list_source_name
from resolver.reference.ftm import ENTITY, all_schemata

MAX_BYTES = 100_000
"""Maximum number of bytes of a mapping; a mapping with a thousand columns has half of them."""
_MAX_DEPTH, _MAX_EVENTS = 6, 20_000
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def read_yaml_text(text: str, label: str) -> Any:
    """Return the content of a YAML text: dictionaries, lists and texts.

    Raises `MappingError`, and `yaml.YAMLError` for a text that is no YAML.
    """
    if len(text.encode()) > MAX_BYTES:
        raise MappingError(f"a mapping is no longer than {MAX_BYTES:,} bytes", place=label)
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.BaseLoader)):
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        fault = _find_fault(event, depth, count)
        if fault:
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            raise MappingError(fault, place=f"{label}, line {line}")
    # scalars stay texts, whatever they look like
    return yaml.load(text, Loader=yaml.BaseLoader)


def _find_fault(event: yaml.Event, depth: int, count: int) -> str:
    """Return the first part that a mapping may not have, or an empty text."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "write the text again instead of an anchor (&) or an alias (*)"
    if isinstance(event, yaml.ScalarEvent) and event.value == "<<":
        return "write the keys out instead of a merge key (<<)"
    if depth > _MAX_DEPTH:
        return f"it is nested more than {_MAX_DEPTH} deep"
    return f"it has more than {_MAX_EVENTS:,} parts" if count > _MAX_EVENTS else ""


ADDRESS_PARTS = ("full", "street", "city", "region", "postalCode", "country")
ROUTE_PARTS = tuple(role.value for role in CountryRole)
_UNMAPPABLE_PROPERTIES = {
    property_names.RELATION: "; see relations",
    property_names.ROUTE: f"; its parts can: {', '.join(map('route.{}'.format, ROUTE_PARTS))}",
    property_names.HANDLING: "; see handling",
}
_PARTS = {
    property_names.ADDRESS: ("an address", ADDRESS_PARTS),
    property_names.ROUTE: ("a route", ROUTE_PARTS),
}
"""Properties of which a column may fill a part."""
_SOURCE = r"^[\w.-]+$"


class RelationColumns(BaseModel):
    """Columns of one relation of each row. `type` may be a fixed type (`memberOf`, `member of`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    target: str | None = None
    name: str | None = None
    role: str | None = None
    start: str | None = None
    end: str | None = None

    @model_validator(mode="after")
    def _target_or_name(self) -> RelationColumns:
        if self.target is None and self.name is None:
            raise ValueError("set target or name to a column that says to whom the relation is")
        return self

    @property
    def fixed_type(self) -> RelationType | None:
        """Type of all rows; None if a column states it."""
        return find_relation_type(self.type)

    @property
    def fields(self) -> tuple[str | None, ...]:
        """Columns of type, target, name, role, start and end; None for a missing column."""
        kind = None if self.fixed_type is not None else self.type
        return (kind, self.target, self.name, self.role, self.start, self.end)

    @property
    def column_names(self) -> list[str]:
        """Names of the columns that are read."""
        return [name for name in self.fields if name is not None]


class FixedText(BaseModel):
    """Text that all rows of a table have, in place of a column."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str


class Mapping(BaseModel):
    """Mapping, checked as far as possible without the table.

    `properties` maps each property to one or more names of columns.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str | None = None
    kind: str | None = None
    ftm_schema: str | None = Field(default=None, alias="schema")
    source: str = Field(pattern=_SOURCE)
    properties: dict[str, tuple[str, ...]]
    relations: tuple[RelationColumns, ...] = ()
    agency: str = ""
    handling: str = "H0"
    handling_facts: dict[str, str | FixedText] = Field(default_factory=dict)
    deduplicated: bool = False
    complete: bool = False
    separator: str | None = Field(default=None, min_length=1)
    day_first: bool | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None

    @field_validator("source")
    @classmethod
    def _check_source(cls, value: str) -> str:
        if not is_list_source_name(value):
            raise ValueError(f"{value!r} is not a valid source name")
        return value

    @field_validator("encoding")
    @classmethod
    def _check_encoding(cls, value: str | None) -> str | None:
        try:
            return value and check_encoding(value)
        except InputError as error:
            raise ValueError(error.line()) from None

    @field_validator("handling_facts")
    @classmethod
    def _check_handling_facts(cls, value: dict[str, str | FixedText]) -> dict[str, str | FixedText]:
        for name, stated in value.items():
            if name not in HANDLING_FIELDS or name in ("agency", "code"):
                known = ", ".join(HANDLING_FIELDS[2:])
                raise ValueError(f"a handling has no {name!r}; it has {known}")
            if isinstance(stated, FixedText):
                try:
                    build_handling({name: stated.text})
                except RecordError as error:
                    raise ValueError(error.line()) from None
        return value

    @field_validator("properties", mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        """Turn a single column into a list of one; it may be written as `{column: name}`."""
        if not isinstance(value, dict):
            raise ValueError("give each property its column: `name: full_name`")
        return {prop: _column_names(prop, names) for prop, names in value.items()}

    @field_validator("properties")
    @classmethod
    def _check_properties(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not value:
            raise ValueError("no property is mapped")
        for prop in value:
            _check_property(prop)
        return value

    @model_validator(mode="after")
    def _kind_or_schema(self) -> Mapping:
        if self.kind is None and self.ftm_schema is None:
            raise ValueError("set kind to person, group or asset, or to a column")
        kind = KIND_BY_LABEL.get(self.kind or "")
        implied = kind_of_schema(self.ftm_schema or "")
        if kind and implied and not kind & implied:
            raise ValueError(f"schema {self.ftm_schema} is not of kind {self.kind}")
        return self

    def columns(self, available: Iterable[str]) -> list[str]:
        """Return the columns the mapping reads. Raises `MappingError` if the table lacks one of
        them.
        """
        existing = Counter(available)
        needed = [self.id] if self.id else []
        needed += [name for names in self.properties.values() for name in names]
        needed += [name for relation in self.relations for name in relation.column_names]
        needed += [name for name in self.handling_facts.values() if isinstance(name, str)]
        for word, fixed in ((self.kind, KIND_BY_LABEL), (self.handling, HANDLING_CODES)):
            if word is not None and word not in fixed:
                needed.append(word)
        if self.ftm_schema is not None and kind_of_schema(self.ftm_schema) is None:
            needed.append(self.ftm_schema)
        for name in needed:
            _check_column(name, existing)
        return list(dict.fromkeys(needed))


_FAULTS = {
    "missing": "is missing; a mapping needs it",
    "string_type": "must be one text, such as the name of a column",
    "tuple_type": "must be a list; write each item after a dash",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "model_type": "must have names and values, such as `type: column`",
}
"""The fault of a value and the way to correct it, by the type of pydantic's error."""


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises `MappingError` with the place and the reason."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MappingError(f"a mapping is no longer than {MAX_BYTES} bytes", place=path.name)
        content = read_yaml_text(path.read_text("utf-8"), path.name)
    except OSError as error:
        raise MappingError(f"cannot be read: {error.strerror or error}", place=path.name) from None
    except UnicodeDecodeError:
        raise MappingError("is not UTF-8 text", place=path.name) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path.name}, line {mark.line + 1}" if mark else path.name
        raise MappingError(
            f"is not YAML: {getattr(error, 'problem', None) or error}", place=place
        ) from None
    return build_mapping(content, path.name)


def build_mapping(content: object, label: str = "mapping") -> Mapping:
    """Build a mapping from plain values. Raises `MappingError` for the first fault in them."""
    if not isinstance(content, dict):
        raise MappingError("a mapping needs id, kind, source and properties", place=label)
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = _FAULTS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
        raise MappingError(f"{place}: {reason}" if place else reason, place=label) from None


def _column_names(prop: object, names: object) -> tuple[str, ...]:
    """Return the columns of a property. Raises `ValueError`."""
    if isinstance(names, dict):
        names = names[next(iter(names))] if set(names) in ({"column"}, {"columns"}) else names
    items = names if isinstance(names, list | tuple) else [names]
    if not items or not all(isinstance(item, str | int) for item in items):
        raise ValueError(
            f"{prop} needs the name of a column or a list of names: "
            f"`{prop}: column` or `{prop}: [column, other column]`"
        )
    return tuple(map(str, items))


def closest_word(word: str, words: Iterable[str]) -> str:
    """Return the most similar of some words, or an empty text if none is similar."""
    match = process.extractOne(
        word, list(words), scorer=fuzz.ratio, processor=str.lower, score_cutoff=60
    )
    return str(match[0]) if match else ""


def _check_column(name: str, existing: Counter[str]) -> None:
    """Raise `MappingError` unless exactly one column has a name; `existing` counts columns."""
    if existing[name] == 1:
        return
    if existing[name] > 1:
        raise MappingError(f"the table has two columns {name!r}", hint="rename one of them")
    suggestion = closest_word(name, existing)
    question = f"did you mean {suggestion!r}? " if suggestion else ""
    shown = ", ".join(list(existing)[:40]) + (
        f" and {len(existing) - 40} more" if len(existing) > 40 else ""
    )
    raise MappingError(f"the table has no column {name!r}", hint=f"{question}It has: {shown}")


def _check_property(prop: str) -> None:
    if prop in _UNMAPPABLE_PROPERTIES:
        raise ValueError(f"{prop} cannot be filled from columns{_UNMAPPABLE_PROPERTIES[prop]}")
    head, _, part = prop.partition(".")
    if part:
        whole, parts = _PARTS.get(head, _PARTS[property_names.ADDRESS])
        if head not in _PARTS or part not in parts:
            raise ValueError(f"no property {prop!r}; parts of {whole} are {', '.join(parts)}")
    elif prop not in _OWN_PROPERTIES and prop not in _ftm_properties():
        suggestion = closest_word(prop, [*_OWN_PROPERTIES, *_ftm_properties()])
        raise ValueError(
            f"no FollowTheMoney property {prop!r}"
            + (f"; did you mean {suggestion!r}?" if suggestion else "")
        )


_OWN_PROPERTIES = frozenset(
    (
        *(row.name for row in property_names.PROPERTIES if row.name not in _UNMAPPABLE_PROPERTIES),
        "notes",
        "profession",
    )
)


@cache
def _ftm_properties() -> frozenset[str]:
    """Return every FtM property with plain values."""
    return frozenset(
        name
        for schema in all_schemata().values()
        for name, prop in schema.properties.items()
        if prop.type != ENTITY
    )


SUFFIXES = (".mapping.yml", ".mapping.yaml")


def is_mapping_file(path: PurePath) -> bool:
    """Return whether a file is a mapping next to a table."""
    return path.name.lower().endswith(SUFFIXES)


def find_adjacent_mapping(file: SourceFile) -> Mapping | None:
    """Return the mapping next to a file, if any. Raises `MappingError` for a damaged one.

    An archive has no mapping; the mapping of a workbook is for all its sheets.
    """
    if file.member and file.worksheet is None:
        return None
    for stem in (file.path.name, file.stem, file.path.stem):
        for suffix in SUFFIXES:
            path = file.path.with_name(stem + suffix)
            if path.is_file():
                return load_mapping(path)
    return None


def choose_mapping(file: SourceFile, mappings: Sequence[Mapping]) -> Mapping:
    """Return the first of the mappings (at least one) whose columns the table has.

    Raises `MappingError` if none of several mappings fits, and `InputError` if the file is no
    table.
    """
    # If there is only one mapping, reading reports its faults better.
    if len(mappings) == 1:
        return mappings[0]
    reasons = []
    for mapping in mappings:
        try:
            mapping.columns(open_table_file(file, mapping.delimiter, mapping.encoding).columns)
        except MappingError as error:
            reasons.append(f"{mapping.source}: {error.message}")
        else:
            return mapping
    message = f"none of the mappings fits ({'; '.join(reasons)})"
    raise MappingError(message, place=file.label, hint="add one that does")
