"""Dossier of an entity, as a page to print and as PDF, and reports of networks as PDF.

A dossier has all values with their sources, grades and handling, the relations, and a note: for
whom and when it was written, and the strictest handling code in it. A report of a network has the
paths between two entities, step by step, and the statements behind each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk import pages
from resolver.api.desk.text_filters import country_labels, distinct_roles, kind_label
from resolver.api.service import current_service
from resolver.errors import UnknownIdError, UsageError
from resolver.network import workbench
from resolver.network.formats import AccessNote, write_note
from resolver.network.graph import Graph
from resolver.report.pdf import Heading, Paragraph, Part, Table, render_pdf
from resolver.review.entity_page import EntityPage, load_entity_page
from resolver.review.profile import strictest_code


@pages.blueprint.get("/desk/dossier/<path:entity_id>", endpoint="dossier")
def show_dossier(entity_id: str) -> Any:
    """Show everything that is known of an entity on one page for paper, or send it as PDF."""
    hub = current_service().hub
    try:
        entity = load_entity_page(hub, entity_id, viewer())
    except UnknownIdError as error:
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    if entity.party is None:
        return redirect(url_for("desk.entity", entity_id=entity.id), 303)
    is_pdf = request.args.get("format") == "pdf"
    if entity.id != entity_id:
        wanted = "pdf" if is_pdf else None
        return redirect(url_for("desk.dossier", entity_id=entity.id, format=wanted), 303)
    revision = revision_of(entity.revision)
    log_access("dossier", {"id": entity_id}, {"seen": [entity.id]}, revision)
    network = workbench.load_relations(hub, entity.id, viewer())
    code, now = strictest_code(entity.handling), datetime.now(UTC)
    if is_pdf:
        reader = viewer().agency or viewer().name or "anybody"
        note = AccessNote(now, reader, entity.revision, code)
        return _send_pdf(
            "dossier", entity.party.caption, dossier_parts(entity, network.parties), note
        )
    return pages.render_page(
        "dossier.html",
        entity=entity,
        network=network,
        handling={row.record: row for row in entity.handling},
        code=code,
        written=f"{now:%Y-%m-%d %H:%M} UTC",
    )


def dossier_parts(entity: EntityPage, parties: Sequence[workbench.RelatedParty]) -> list[Part]:
    """Return the parts of the dossier of an entity."""
    grades = {row.record: (row.source_grade, row.information_grade) for row in entity.handling}
    values = []
    for attribute in entity.attributes:
        for view in attribute.left:
            latin = view.latin if view.latin != view.text else ""
            text = "; ".join(filter(None, (view.text, latin, *view.forms)))
            sources = [
                " ".join(filter(None, (row.record, row.date[:10], *grades.get(row.record, ()))))
                for row in view.statements
            ]
            values.append((attribute.label, text, "; ".join(sources)))
    parts: list[Part] = [
        Heading("Values and their sources"),
        Table(("Property", "Value", "Records, dates and grades"), values, (2, 4, 4)),
    ]
    conflicts = [(label, "; ".join(texts)) for label, texts in entity.conflicts.items()]
    if conflicts:
        parts += [Heading("Contradictions"), Table(("Property", "Values"), conflicts, (2, 6))]
    if parties:
        rows = [
            (
                row.words,
                row.caption,
                "; ".join((*distinct_roles(row.roles, row.words), *row.dates)),
                "; ".join((*row.sources, *(f"“{text}”" for text in row.sentences))),
            )
            for row in parties
        ]
        head = ("Relation", "With", "Role and dates", "Lists and sentences")
        parts += [Heading("Relations"), Table(head, rows, (2, 3, 2, 4))]
    handling = [
        (
            row.record,
            row.agency,
            "; ".join(filter(None, (row.code, row.conditions))),
            "; ".join(filter(None, (row.purpose, row.legal_basis, row.review_date))),
        )
        for row in entity.handling
    ]
    head = ("Record", "Owner", "Handling and conditions", "Purpose, legal basis, review by")
    parts += [Heading("Records and their handling"), Table(head, handling, (3, 2, 3, 3))]
    return parts


def send_report(title: str, graph: Graph, chains: Sequence[Sequence[tuple[str, str]]]) -> Response:
    """Send a network as PDF. `chains`: paths as (id of a node, words that lead to it)."""
    return _send_pdf("network", title, report_parts(graph, chains), write_note(graph, viewer()))


def report_parts(graph: Graph, chains: Sequence[Sequence[tuple[str, str]]]) -> list[Part]:
    """Return the parts of the report on a network."""
    nodes = {node.id: node for node in graph.nodes}
    parts: list[Part] = []
    for number, chain in enumerate(chains, 1):
        if number == 1:
            parts.append(Heading("Paths"))
        steps = (f"{words} → {nodes[key].caption}" for key, words in chain[1:])
        parts.append(Paragraph(" ".join((f"{number}. {nodes[chain[0][0]].caption}", *steps))))
    entities = [
        (
            node.caption,
            kind_label(node.kind) if node.records else node.kind or "known by name only",
            country_labels(node.countries),
            ", ".join(node.agencies),
            node.handling,
        )
        for node in graph.nodes
    ]
    columns = ("Name", "Kind", "Countries", "Agencies", "Handling")
    parts += [Heading("Who and what"), Table(columns, entities, (4, 2, 2, 2, 1))]
    statements = [
        (
            f"{nodes[edge.source].caption} {edge.words} {nodes[edge.target].caption}",
            "; ".join(filter(None, (row.role, row.period))),
            row.record,
            row.sentence,
        )
        for edge in graph.edges
        for row in edge.statements
    ]
    if statements:
        head = ("Relation", "Role and dates", "Record", "Sentence")
        parts += [Heading("Why they are linked"), Table(head, statements, (4, 2, 2, 3))]
    return parts


def _send_pdf(name: str, title: str, parts: Sequence[Part], note: AccessNote) -> Response:
    """Send a PDF that begins with the handling code and the note on access."""
    marked = [Paragraph(f"Handling {note.handling}"), Paragraph(note.text), *parts]
    try:
        content = render_pdf(title, marked, created=note.written)
    except UsageError as error:
        raise pages.DeskError(
            501, "This service cannot write PDF.", "Ask the operator to install the extra “pdf”."
        ) from error
    headers = {"Content-Disposition": f"attachment; filename={name}.pdf"}
    return Response(content, mimetype="application/pdf", headers=headers)
