"""How the columns of a table become properties: written by its owner as YAML, or guessed from plain column names.

id: unique_id                  # a column; without it the id is a digest of the row
kind: person                   # person, group, asset, legal (person or group), or a column that says which
source: h50k
properties:                    # FtM property: a column or a list of columns
  name: [full_name]
  birthDate: dob
  address.city: town           # parts of an address: full, street, city, region, postalCode, country
schema: Person                 # optional: an FtM schema or a column; then kind may be left out
agency: Border police          # optional
handling: H0                   # optional: a handling code or a column
deduplicated: true             # optional: no two rows are the same person or group
complete: true                 # optional: the table holds all of its source; what a store has beyond it is withdrawn
separator: ";"                 # optional: cells hold several values
day_first: false               # optional: 03/04/1970 is the 4th of March
delimiter: ";"                 # optional: what parts the cells of a CSV
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from rapidfuzz import fuzz, process

from resolver.errors import MappingError
from resolver.records import KIND_BY_LABEL, kind_of_schema
from resolver.records import properties as known
from resolver.records.source_names import names_a_source

MAX_BYTES = 1_000_000
ADDRESS_PARTS = ("full", "street", "city", "region", "postalCode", "country")
HANDLING_CODES = ("H0", "H1", "H2", "H3")
_UNMAPPABLE = (known.RELATION, known.ROUTE, known.HANDLING)
_SOURCE = r"^[\w.-]+$"


class Mapping(BaseModel):
    """A mapping, checked for what can be checked without the table. `properties` maps to one or more column names."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str | None = None
    kind: str | None = None
    ftm_schema: str | None = Field(default=None, alias="schema")
    source: str = Field(pattern=_SOURCE)
    properties: dict[str, tuple[str, ...]]
    agency: str = ""
    handling: str = "H0"
    deduplicated: bool = False
    complete: bool = False
    separator: str | None = Field(default=None, min_length=1)
    day_first: bool = True
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)

    @field_validator("source")
    @classmethod
    def _a_name(cls, value: str) -> str:
        if not names_a_source(value):
            raise ValueError(f"no source can be called {value!r}")
        return value

    @field_validator("properties", mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        """One column is a list of one."""
        if not isinstance(value, dict):
            return value
        return {
            prop: (names,) if isinstance(names, str | int) else names
            for prop, names in value.items()
        }

    @field_validator("properties")
    @classmethod
    def _known_properties(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not value:
            raise ValueError("no property is mapped")
        for prop in value:
            _check_property(prop)
        return value

    @model_validator(mode="after")
    def _kind_or_schema(self) -> Mapping:
        if self.kind is None and self.ftm_schema is None:
            raise ValueError("say what the rows are: kind: person, group or asset, or a column")
        kind = KIND_BY_LABEL.get(self.kind or "")
        implied = kind_of_schema(self.ftm_schema or "")
        if kind and implied and not kind & implied:
            raise ValueError(f"schema {self.ftm_schema} is no {self.kind}")
        return self

    def columns(self, available: Iterable[str]) -> list[str]:
        """The columns the mapping reads, of those available. Raises `MappingError` for one that is absent."""
        there = list(available)
        wanted = [self.id] if self.id else []
        wanted += [name for names in self.properties.values() for name in names]
        for word, fixed in ((self.kind, KIND_BY_LABEL), (self.handling, HANDLING_CODES)):
            if word is not None and word not in fixed:
                wanted.append(word)
        if self.ftm_schema is not None and kind_of_schema(self.ftm_schema) is None:
            wanted.append(self.ftm_schema)
        for name in wanted:
            _check_column(name, there)
        return list(dict.fromkeys(wanted))


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises `MappingError` with the place and the reason."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MappingError(f"a mapping is no longer than {MAX_BYTES} bytes", where=path.name)
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise MappingError(f"cannot be read: {error.strerror or error}", where=path.name) from None
    except UnicodeDecodeError:
        raise MappingError("is no UTF-8 text", where=path.name) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path.name}, line {mark.line + 1}" if mark else path.name
        raise MappingError(
            f"is no YAML: {getattr(error, 'problem', None) or error}", where=place
        ) from None
    return mapping_from(content, path.name)


def mapping_from(content: object, label: str = "mapping") -> Mapping:
    """A mapping from plain values. Raises `MappingError` for the first thing wrong with them."""
    if not isinstance(content, dict):
        raise MappingError("a mapping says id, kind, source and properties", where=label)
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise MappingError(f"{place}: {reason}" if place else reason, where=label) from None


def nearest(word: str, words: Iterable[str]) -> str:
    """The most similar of some words, or an empty text where none is similar."""
    found = process.extractOne(
        word, list(words), scorer=fuzz.ratio, processor=str.lower, score_cutoff=60
    )
    return str(found[0]) if found else ""


def _check_column(name: str, there: list[str]) -> None:
    if there.count(name) == 1:
        return
    if there.count(name) > 1:
        raise MappingError(f"the table has two columns {name!r}", mend="rename one of them")
    close = nearest(name, there)
    hint = f"did you mean {close!r}? " if close else ""
    shown = ", ".join(there[:40]) + (f" and {len(there) - 40} more" if len(there) > 40 else "")
    raise MappingError(f"the table has no column {name!r}", mend=f"{hint}It has: {shown}")


def _check_property(prop: str) -> None:
    if prop in _UNMAPPABLE:
        raise ValueError(f"{prop} cannot be filled from columns")
    head, _, part = prop.partition(".")
    if part:
        if head != known.ADDRESS or part not in ADDRESS_PARTS:
            raise ValueError(
                f"no property {prop!r}; parts of an address are {', '.join(ADDRESS_PARTS)}"
            )
    elif prop not in _OURS and prop not in _ftm_properties():
        close = nearest(prop, [*_OURS, *_ftm_properties()])
        raise ValueError(
            f"no FollowTheMoney property {prop!r}" + (f"; did you mean {close!r}?" if close else "")
        )


_OURS = frozenset(
    (
        *known.FULL_NAMES,
        *known.NAME_PARTS,
        *known.DATES,
        *known.COUNTRIES,
        *known.PLACES,
        *known.IDENTIFIERS,
        *known.CONTACTS,
        known.ADDRESS,
        known.ACTIVITY,
        "gender",
        "position",
        "notes",
        "profession",
    )
)


@cache
def _ftm_properties() -> frozenset[str]:
    """Every property of the FtM model that holds plain values. Loading the model is slow, so only when asked."""
    from followthemoney import model

    return frozenset(
        name
        for schema in model
        for name, prop in schema.properties.items()
        if prop.type.name != "entity"
    )
