"""Choice of what each column of a caller's table means: proposed, shown, and corrected by hand.

The proposal is that of `resolver mapping`: names of columns first, then the look of their values.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from resolver.errors import MappingError
from resolver.frames.cell_texts import Cells, is_nested
from resolver.frames.frame_tables import ROW_COLUMN, FrameTable, open_frame
from resolver.ingest.formats.tabular.column_names import recognize_columns
from resolver.ingest.formats.tabular.column_profiles import MAX_ROWS
from resolver.ingest.formats.tabular.guessed_mapping import guess_kind
from resolver.ingest.formats.tabular.mapping import Mapping, build_mapping
from resolver.ingest.proposals.column_proposal import MISSING, TableProposal, propose_table

MAX_EXAMINED = 100
"""Columns of unknown names whose values are examined; later ones are known by name only."""
_KEYS = ("id", "kind", "schema", "separator", "day_first")
_NAMES = ("name", "firstName", "lastName", "alias", "weakAlias")
_STATED = "stated"
_SHOWN_UNUSED = 20

Columns = AnyMapping[str, str | Sequence[str] | None]
"""Column or columns of properties (`{"name": "full_name"}`); None: of no column."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What the columns of a table mean.

    `reasons`: why a column has its place; `id`: column that names rows in results, if there is
    one; `unused`: columns that are not read.
    """

    mapping: Mapping
    reasons: AnyMapping[str, str]
    id: str | None
    unused: tuple[str, ...]

    def rows(self) -> list[tuple[str, str, str]]:
        """Return property, columns and reason of each row of the choice."""
        head = [("id", self.id, self.reasons.get(self.id, _STATED))] if self.id else []
        kind = self.mapping.ftm_schema or self.mapping.kind or ""
        head.append(("kind", kind, self.reasons.get(kind, "of all rows")))
        properties = self.mapping.properties.items()
        return [
            *head,
            *((prop, ", ".join(names), self._reason(names)) for prop, names in properties),
        ]

    def _reason(self, names: Sequence[str]) -> str:
        return "; ".join(dict.fromkeys(self.reasons.get(name, _STATED) for name in names))

    def __str__(self) -> str:
        rows = self.rows()
        width = max(len(prop) for prop, _, _ in rows)
        lines = [f"{prop:<{width}}  {column}  ({reason})" for prop, column, reason in rows]
        return "\n".join([*lines, *([f"not used: {self._unused()}"] if self.unused else [])])

    def _repr_html_(self) -> str:
        rows = Markup("").join(
            Markup("<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>").format(*row)
            for row in self.rows()
        )
        unused = escape(f"Not used: {self._unused()}.") if self.unused else ""
        head = "<tr><th>property</th><th>column</th><th>why</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table><p>{unused}</p>"

    def _unused(self) -> str:
        more = len(self.unused) - _SHOWN_UNUSED
        return ", ".join(self.unused[:_SHOWN_UNUSED]) + (f" and {more} more" if more > 0 else "")


def choose_columns(
    table: FrameTable, source: str, kind: str | None = None, columns: Columns | None = None
) -> ColumnChoice:
    """Return what the columns of a table mean: as proposed, then as `columns` says.

    `kind`: person, group, asset, legal (person or group) or a column; `columns` may also state
    `id`, `kind`, `schema`, `separator` and `day_first`. Raises `MappingError` for a property or a
    column that does not exist, and where no column is a name.
    """
    stated = dict(columns or {}) | ({} if kind is None else {"kind": kind})
    proposal = _propose(table, source)
    properties = _correct(proposal.properties if proposal else {}, stated)
    keys = _choose_keys(proposal, stated)
    _check_names(table, properties)
    if not keys.get("kind") and not keys.get("schema"):
        keys["kind"] = guess_kind(properties)
    row_id = str(keys.pop("id")) if keys.get("id") else None
    content = {**keys, "id": ROW_COLUMN, "source": source, "properties": properties}
    mapping = build_mapping(content, "columns")
    shown = [*mapping.columns(open_frame(table).columns), row_id]
    if row_id is not None and row_id not in table.names:
        raise MappingError(f"the table has no column {row_id!r}", place="columns")
    unused = tuple(name for name in dict.fromkeys(table.names) if name not in shown)
    return ColumnChoice(mapping, proposal.reasons if proposal else {}, row_id, unused)


def _choose_keys(proposal: TableProposal | None, stated: Columns) -> dict[str, object]:
    """Return the keys of the mapping besides properties: as stated, else as proposed."""
    keys: dict[str, object] = {}
    if proposal:
        keys.update({key: value for key, (value, _) in proposal.options.items()}, **proposal.keys)
    if stated.keys() & {"kind", "schema"}:
        keys = {key: value for key, value in keys.items() if key not in ("kind", "schema")}
    return keys | {key: stated[key] for key in _KEYS if key in stated}


def _propose(table: FrameTable, source: str) -> TableProposal | None:
    """Return the proposal for the columns that can be read; None for a table without rows."""
    if not table.rows or not table.names:
        return None
    recognized = recognize_columns(table.names)
    names = [name for name in table.names if table.names.count(name) == 1]
    examined = [name for name in names if name not in recognized][:MAX_EXAMINED]
    readable = [
        name
        for name in names
        if (name in recognized or name in examined) and not is_nested(_first_cells(table, name))
    ]
    proposal = propose_table(open_frame(table, readable, MAX_ROWS), source)
    keys = {key: value for key, value in proposal.keys.items() if value != ROW_COLUMN}
    return replace(proposal, keys=keys)


def _first_cells(table: FrameTable, name: str) -> Cells:
    return table.cells(table.names.index(name), 0, min(table.rows, MAX_ROWS))


def _correct(proposed: AnyMapping[str, Sequence[str]], stated: Columns) -> dict[str, list[str]]:
    """Return the columns of properties; a column that is stated has no other property."""
    own = {
        prop: [names] if isinstance(names, str) else list(names or ())
        for prop, names in stated.items()
        if prop not in _KEYS
    }
    assigned = {name for names in own.values() for name in names}
    assigned |= {str(stated[key]) for key in _KEYS if stated.get(key)}
    properties = {
        prop: [name for name in names if name not in assigned and name not in (MISSING, ROW_COLUMN)]
        for prop, names in proposed.items()
        if prop not in own
    }
    return {prop: names for prop, names in (properties | own).items() if names}


def _check_names(table: FrameTable, properties: AnyMapping[str, Sequence[str]]) -> None:
    if any(prop in properties for prop in _NAMES):
        return
    shown = ", ".join(table.names[:_SHOWN_UNUSED]) or "none"
    raise MappingError(
        f"no column looks like a name; the table has {shown}",
        hint='say which one is: columns={"name": "…"}',
    )
