"""Proposal of a mapping for a table as YAML: what each column seems to hold, and why.

The text can be saved and used as a mapping as it is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from resolver.ingest.formats.tabular import column_profiles
from resolver.ingest.formats.tabular.column_profiles import ColumnProfile
from resolver.ingest.formats.tabular.guessed_mapping import source_name, unused_columns
from resolver.ingest.formats.tabular.mapping import build_mapping
from resolver.ingest.proposals.column_proposal import TableProposal, find_tables, propose_columns
from resolver.reference.plurals import pluralize

_PLAIN = re.compile(r"\w[\w.-]*(?: [\w.-]+)*")


def propose_mapping(path: Path) -> str:
    """Return a mapping for a table as YAML, with a comment on each column.

    Raises `InputError` for a file that cannot be read, `FormatError` for one that is no table or
    that needs no mapping.
    """
    tables, others = find_tables(path)
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
    source = source_name(file.stem)
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
    """Return why a column has its place, and what its values look like."""
    reason = proposal.reasons.get(column, "")
    if column not in proposal.profiles:
        return reason
    return f"{reason}; {_describe(proposal.profiles[column])}"


def _describe(profile: ColumnProfile) -> str:
    shares = [f"{share:.0%} {look}" for look, share in profile.shares.items() if share >= 0.05]
    texts = ", ".join(shares[:2]) or column_profiles.TEXT
    return f"filled {profile.filled:.0%}, different {profile.distinct:.0%}: {texts}"


def _format_unused(proposal: TableProposal, source: str) -> list[str]:
    unused = unused_columns(build_mapping(proposal.content(source)), proposal.columns)
    lines = [f"#   {_one_line(name)}: {_describe(proposal.profiles[name])}" for name in unused]
    return ["# Not used:", *lines] if lines else []


def _scalar(text: str) -> str:
    """Return a text as YAML: bare where that is safe, else in double quotes."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Return a text that stays within its comment."""
    return "".join(char if char.isprintable() else " " for char in text)
