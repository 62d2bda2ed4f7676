"""HTML of results in notebooks: tables that need neither script nor style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from resolver.records.results.evidence_summary import summarize_evidence
from resolver.records.results.explanation import Explanation
from resolver.reference.plurals import pluralize

MAX_ROWS = 50
"""Rows of an entity that are shown."""


def render_result(summary: str, rejects: int, choices: Sequence[Any]) -> str:
    """Return the summary of a result, and what the columns of its tables mean."""
    parts = [Markup("<p><strong>{}.</strong></p>").format(summary)]
    if rejects:
        count = pluralize(rejects, "row or value", "rows or values")
        text = "{} could not be read: see <code>result.rejects</code>."
        parts.append(Markup(f"<p>{text}</p>").format(count))
    # the HTML of a choice escapes its own texts
    parts += [Markup(choice._repr_html_()) for choice in choices]
    return str(Markup("").join(parts))


def render_explanation(explanation: Explanation) -> str:
    """Return the sum of evidence of a pair as a table, with weights in nats."""
    rows = [
        (row.name, row.left, row.right, f"{row.weight / 1000:+.3f}")
        for row in explanation.rows
        if row.weight
    ]
    total = ("sum", "", "", f"{explanation.logodds / 1000:+.3f}")
    head = ("evidence", explanation.left_id, explanation.right_id, "weight (nats)")
    summary = Markup("<p>{} Probability {}, band {}.</p>").format(
        summarize_evidence(explanation), f"{explanation.score:.4f}", explanation.band.label
    )
    return str(summary + render_table(head, [*rows, total]))


def render_entity(entity_id: int, columns: Mapping[str, Sequence[object]]) -> str:
    """Return the rows of an entity as a table."""
    rows = list(zip(*columns.values(), strict=True))
    shown = [["" if cell is None else cell for cell in row] for row in rows[:MAX_ROWS]]
    more = f", the first {MAX_ROWS} are shown" if len(rows) > MAX_ROWS else ""
    head = Markup("<p><strong>Entity {}</strong>: {}{}.</p>").format(
        entity_id, pluralize(len(rows), "row"), more
    )
    return str(head + render_table(list(columns), shown))


def render_table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table with escaped texts; the first cell of a row is its header."""
    titles = Markup("").join(Markup("<th scope='col'>{}</th>").format(title) for title in head)
    lines = Markup("").join(
        Markup("<tr><th scope='row'>{}</th>{}</tr>").format(
            row[0], Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        titles, lines
    )


def render_answer(
    rows: Sequence[tuple[str, str, float | None, float]], total: int, notes: Sequence[str]
) -> str:
    """Return the matches of a check as a table: caption, rows of the table, similarity of the names
    (None: none is stated), probability; and the notes that are not empty below it.
    """
    head = ("entity", "rows", "names", "probability")
    cells = [
        (name, ids, "" if alike is None else f"{alike:.2f}", f"{score:.4f}")
        for name, ids, alike, score in rows
    ]
    table = render_table(head, cells) if rows else Markup("<p>No match.</p>")
    more = [f"{total - len(rows):,} more."] if rows and total > len(rows) else []
    paragraphs = [Markup("<p>{}</p>").format(text) for text in (*more, *notes) if text]
    return str(table + Markup("").join(paragraphs))
