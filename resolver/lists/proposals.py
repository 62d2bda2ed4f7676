"""Propose what each column of a table means, for people to check: as YAML or in a form.

Names of columns come first. The values of a column decide if its name is unknown. The YAML says
what each column seems to hold, and why. You can save it and use it as a mapping without any change.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from resolver.errors import FormatError, InputError, pluralize
from resolver.lists.discovery import find_files
from resolver.lists.formats.tabular import (
    column_names,
    column_parts,
    column_profiles,
    guessed_mapping,
    mapping,
    table_reader,
)
from resolver.lists.formats.tabular.column_profiles import ColumnProfile
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.formats.tabular.table_files import (
    TableChunk,
    TableFile,
    open_table_file,
    table_delimiter,
)
from resolver.lists.io.source_files import PARQUET_MAGIC, SourceFile
from resolver.lists.reader_types import WHOLE, Reject
from resolver.lists.readers import detect_format
from resolver.records.properties import DATES
from resolver.records.visibility import HANDLING_CODES

MISSING = "?"
"""Stands for a column that has to be chosen by hand."""
_MANY_VALUES = 0.1
_NAMES = ("name", "firstName", "lastName")


@dataclass(frozen=True, slots=True)
class TableProposal:
    """Columns of a table with their profiles, and the proposed mapping in parts.

    `columns`: columns with a unique name. `rows`: number of rows that were examined. `keys`: column
    (or word) of id, kind and schema. `properties`: columns by property. `reasons`: why a column was
    chosen. `options`: further keys of the mapping with value and reason. `width`: number of all
    columns. `facts`: columns that state facts of a handling, by the name of the fact.
    """

    columns: tuple[str, ...]
    profiles: Mapping[str, ColumnProfile]
    rows: int
    width: int
    keys: Mapping[str, str]
    properties: Mapping[str, Sequence[str]]
    reasons: Mapping[str, str]
    options: Mapping[str, tuple[str, str]]
    facts: Mapping[str, str] = field(default_factory=dict)

    def content(self, source: str) -> dict[str, object]:
        """Return the mapping as plain values, for a list with the short name `source`."""
        values = {key: value for key, (value, _) in self.options.items()}
        return {
            **self.keys,
            **values,
            "source": source,
            "handling_facts": dict(self.facts),
            "properties": dict(self.properties),
        }


@dataclass(slots=True)
class _Draft:
    """Mapping under construction: a column by key, columns by property, and a reason by column."""

    keys: dict[str, str] = field(default_factory=dict)
    properties: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def add(self, prop: str, column: str, reason: str) -> None:
        """Add a column to a property."""
        self.properties.setdefault(prop, []).append(column)
        self.reasons[column] = reason


def usable_columns(table: TableFile) -> list[str]:
    """Return the columns with a unique name, in the order of the table."""
    return [column for column, count in Counter(table.columns).items() if count == 1 and column]


def propose_columns(file: SourceFile) -> TableProposal:
    """Return a proposal for the table in a file. Raises `InputError` for a table without rows."""
    proposal = propose_table(open_table_file(file), file.label)
    if file.encoding:
        stated = {"encoding": (file.encoding, "of the text, as stated")}
        proposal = replace(proposal, options={**stated, **proposal.options})
    head = file.head()
    if file.worksheet is not None or head.startswith((PARQUET_MAGIC, b"{", b"[")):
        return proposal
    delimiter = table_delimiter(head, file)
    if delimiter == ",":
        return proposal
    return replace(
        proposal, options={"delimiter": (delimiter, "between cells"), **proposal.options}
    )


def propose_table(table: TableFile, label: str) -> TableProposal:
    """Return a proposal for an open table. Raises `InputError` for a table without rows."""
    columns = usable_columns(table)
    chunk = next(
        (item for item in table.chunks(columns, WHOLE) if not isinstance(item, Reject)), None
    )
    if chunk is None:
        raise InputError("the table has a header and no rows", place=label)
    chunk = column_profiles.first_rows(chunk)
    profiles = {column: column_profiles.profile_column(chunk, column) for column in columns}
    draft = _draft_mapping(columns, profiles)
    return TableProposal(
        tuple(columns),
        profiles,
        len(chunk.lines),
        len(table.columns),
        draft.keys,
        draft.properties,
        draft.reasons,
        _find_options(chunk, draft, profiles),
        draft.facts,
    )


def find_tables(path: Path, encoding: str = "") -> tuple[list[SourceFile], list[str]]:
    """Return the tables of a path, those with known column names first, and labels of other files.
    `encoding`: stated encoding of their text.

    Raises `InputError` for a file that cannot be read, and `FormatError` if there is no table.
    """
    tables, others, formats = [], [], set()
    for candidate in find_files([path], encoding):
        file = candidate.file
        if candidate.fault:
            raise InputError(candidate.fault, place=file.label)
        row = detect_format(file)
        if row is not None and row.name != table_reader.NAME:
            formats.add(row.name)
        elif table_reader.is_table(file.head(), file):
            tables.append(file)
            continue
        others.append(file.label)
    if tables:
        return sorted(tables, key=lambda file: not _has_known_header(file)), others
    if formats:
        reason = f"the format is {', '.join(sorted(formats))}, which needs no mapping"
        raise FormatError(reason, place=path.name, hint="read it as it is")
    raise FormatError("no table was found in it", place=path.name)


def _has_known_header(file: SourceFile) -> bool:
    try:
        return guessed_mapping.guess_mapping(open_table_file(file).columns, file.stem) is not None
    except InputError:
        return False


def _draft_mapping(columns: Sequence[str], profiles: dict[str, ColumnProfile]) -> _Draft:
    """Return the mapping by the names of columns; for unknown names, by the values of the
    columns.
    """
    draft = _Draft()
    _add_by_names(draft, columns)
    draft.facts = guessed_mapping.find_handling_facts(columns, draft.properties)
    for fact, column in draft.facts.items():
        draft.reasons.setdefault(column, f"name of the {fact} of a handling")
    others = column_names.find_other_facts(columns)
    known = {*draft.reasons, *draft.keys.values(), *others}
    left = {column: profiles[column] for column in columns if column not in known}
    for column, profile in left.items():
        if profile.share(column_profiles.KIND) >= column_profiles.CERTAIN:
            _add_kind(draft, column)
    left = {column: profile for column, profile in left.items() if column not in draft.reasons}
    taken = (*draft.properties, *draft.keys)
    for column, prop in guessed_mapping.read_by_values(columns, left, taken).items():
        if prop == column_names.ID:
            draft.keys[prop] = column
            draft.reasons[column] = "by its values: each occurs once"
        else:
            draft.add(prop, column, "by its values; the name is not known")
    if not any(prop in draft.properties for prop in _NAMES):
        _add_name_by_values(draft, columns, profiles)
    places = {column: at for at, column in enumerate(columns)}
    draft.properties = dict(
        sorted(draft.properties.items(), key=lambda item: places.get(item[1][0], -1))
    )
    if "kind" not in draft.keys and "schema" not in draft.keys:
        draft.keys["kind"] = guessed_mapping.guess_kind(draft.properties)
    return draft


def _add_by_names(draft: _Draft, columns: Sequence[str]) -> None:
    for column, meaning in column_names.recognize_columns(columns).items():
        language = "" if meaning.language == column_parts.ENGLISH else f"{meaning.language} "
        if meaning.prop != column_names.ID:
            draft.add(meaning.prop, column, f"{language}name of {meaning.prop}")
    guess = guessed_mapping.guess_mapping(columns, "list")
    if guess is None:
        return
    for prop, names in guess.properties.items():
        for column in names:
            if column not in draft.reasons:
                draft.add(prop, column, "a column of OpenSanctions' simplified table")
    _add_keys(draft, guess)


def _add_keys(draft: _Draft, guess: mapping.Mapping) -> None:
    """Take id, kind and schema from a guess, if they are columns."""
    keys = ("id", guess.id), ("schema", guess.ftm_schema), ("kind", guess.kind)
    for key, column in (*keys, ("handling", guess.handling)):
        if column and column not in ("person", "legal", *HANDLING_CODES):
            draft.keys[key] = column
            draft.reasons[column] = f"name of {key}"


def _add_kind(draft: _Draft, column: str) -> None:
    """Take a column as the kind of the rows, if no other is."""
    if "schema" not in draft.keys and "kind" not in draft.keys:
        draft.keys["kind"] = column
        draft.reasons[column] = "by its values"


def _add_name_by_values(
    draft: _Draft, columns: Sequence[str], profiles: dict[str, ColumnProfile]
) -> None:
    """Choose as name the column with the largest number of values that look like names, if there is
    one.
    """
    left = [column for column in columns if column not in draft.reasons]
    if column := guessed_mapping.find_name_by_values(left, profiles):
        draft.add("name", column, "by its values; the name is not known")
    else:
        draft.add("name", MISSING, "no column looks like a name: write which one is")


def _find_options(
    chunk: TableChunk, draft: _Draft, profiles: dict[str, ColumnProfile]
) -> dict[str, tuple[str, str]]:
    """Return further keys of the mapping with their values and reasons."""
    options: dict[str, tuple[str, str]] = {}
    used = [column for names in draft.properties.values() for column in names]
    for mark in column_profiles.SEPARATORS:
        several = [name for name in used if name in profiles and _has_many(profiles[name], mark)]
        if several:
            options["separator"] = mark, f"between the values of a cell of {', '.join(several)}"
            break
    dates = [name for prop in DATES for name in draft.properties.get(prop, ())]
    if column_profiles.is_month_first(chunk, [name for name in dates if name in profiles]):
        options["day_first"] = "false", "the second number of some dates is above 12"
    return options


def _has_many(profile: ColumnProfile, mark: str) -> bool:
    return profile.separated[mark] >= _MANY_VALUES


_PLAIN = re.compile(r"\w[\w.-]*(?: [\w.-]+)*")


def propose_mapping(path: Path, encoding: str = "") -> str:
    """Return a mapping for a table as YAML, with a comment on each column. `encoding`: stated
    encoding of the text.

    Raises `InputError` for a file that cannot be read, `FormatError` for one that is no table or
    that needs no mapping.
    """
    tables, others = find_tables(path, encoding)
    file = tables[0]
    proposal = propose_columns(file)
    others += [item.label for item in tables if item is not file]
    head = [
        f"{file.label}: {pluralize(proposal.rows, 'row')} and "
        f"{pluralize(proposal.width, 'column')} were examined.",
        f"Check it, save it, and use it: --mapping FILE.yml, or {file.path.stem}.mapping.yml "
        "beside the table.",
        f"Not examined: {', '.join(others)}." if others else "",
    ]
    comments = [f"# {_one_line(line)}" for line in head if line]
    source = guessed_mapping.source_name(file.stem)
    lines = [*comments, *_format_mapping(proposal, source), *_format_unused(proposal, source)]
    return "\n".join(lines) + "\n"


def _format_mapping(proposal: TableProposal, source: str) -> list[str]:
    """Return the lines of the mapping."""
    lines = []
    for key in ("id", "kind", "schema", "handling"):
        if column := proposal.keys.get(key):
            reason = _explain(proposal, column) if column in proposal.profiles else ""
            lines.append((f"{key}: {_scalar(column)}", reason or "of all rows, by the columns"))
    lines.append((f"source: {_scalar(source)}", "short name of the list; part of record ids"))
    for key, (value, reason) in proposal.options.items():
        lines.append((f"{key}: {_scalar(value)}", reason))
    if proposal.facts:
        lines.append(("handling_facts:", ""))
    for fact, column in proposal.facts.items():
        lines.append((f"  {fact}: {_scalar(column)}", _explain(proposal, column)))
    lines.append(("properties:", ""))
    for prop, columns in proposal.properties.items():
        if len(columns) == 1:
            lines.append((f"  {prop}: {_scalar(columns[0])}", _explain(proposal, columns[0])))
            continue
        lines.append((f"  {prop}:", ""))
        for column in columns:
            lines.append((f"    - {_scalar(column)}", _explain(proposal, column)))
    width = min(max(len(text) for text, _ in lines), 40)
    return [f"{text:<{width}}  # {_one_line(why)}" if why else text for text, why in lines]


def _explain(proposal: TableProposal, column: str) -> str:
    """Return why a column was chosen, and how its values look."""
    reason = proposal.reasons.get(column, "")
    if column not in proposal.profiles:
        return reason
    return f"{reason}; {_describe(proposal.profiles[column])}"


def _describe(profile: ColumnProfile) -> str:
    shares = [f"{share:.0%} {look}" for look, share in profile.shares.items() if share >= 0.05]
    texts = ", ".join(shares[:2]) or column_profiles.TEXT
    return f"filled {profile.filled:.0%}, different {profile.distinct:.0%}: {texts}"


def _format_unused(proposal: TableProposal, source: str) -> list[str]:
    unused = guessed_mapping.unused_columns(
        build_mapping(proposal.content(source)), proposal.columns
    )
    lines = [f"#   {_one_line(name)}: {_describe(proposal.profiles[name])}" for name in unused]
    return ["# Not used:", *lines] if lines else []


def _scalar(text: str) -> str:
    """Return a text as YAML: without quotes if that is safe, otherwise in double quotes."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Return a text that stays within its comment."""
    return "".join(char if char.isprintable() else " " for char in text)
