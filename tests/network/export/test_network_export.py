"""Exports of networks: read back by other programs, and no more than the viewer may see."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx
import pytest
from followthemoney import model

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.lists.readers import read_lists
from resolver.network.export import read_network
from resolver.network.formats import (
    EXPORTS,
    edge_attributes,
    encode_network,
    export_network,
    node_attributes,
    write_gexf,
    write_graphml,
    write_note,
)
from resolver.network.graph import (
    ARTEFACT,
    ENTITY,
    NAME,
    EdgeStatement,
    Graph,
    GraphLink,
    GraphNode,
)
from resolver.network.graph_reader import GraphQuery, read_graph
from resolver.network.workbench import graph_document
from resolver.records import Handling
from resolver.records.decisions import Verdict
from resolver.records.labels import unescape_formula
from resolver.records.visibility import OPERATOR, STRANGER
from tests.hub.hubs import make_decision, make_intake
from tests.network.networks import make_records, plain_edges
from tests.records.samples import record

ODD = Graph(
    3,
    (
        GraphNode("e-1", ENTITY, "=A&B <\"'> \x01\x0b Überfall 😀", "person", records=2),
        GraphNode("phone:1", ARTEFACT, "+31 20", "phone", 1),
    ),
    (
        GraphLink(
            "e-1",
            "phone:1",
            "shares",
            "has",
            "of",
            (EdgeStatement("a", "a:1", "x & <y>", "", "2004", "2009"),),
        ),
    ),
)


NOTE = write_note(ODD, OPERATOR)
NO_HUB: Any = None
"""These formats write what is in the graph."""


def read_back(text: bytes, file_format: str) -> Any:
    read = networkx.read_graphml if file_format == "graphml" else networkx.read_gexf
    return read(io.BytesIO(text))


@pytest.mark.parametrize("file_format", ["graphml", "gexf"])
def test_networkx_reads_what_was_written(file_format: str) -> None:
    write = write_graphml if file_format == "graphml" else write_gexf
    graph = read_back(b"".join(write(ODD, write_note(ODD, STRANGER))), file_format)
    name = "caption" if file_format == "graphml" else "label"
    assert graph.nodes["e-1"][name] == "=A&B <\"'> �� Überfall 😀"
    assert (graph.nodes["e-1"]["records"], graph.nodes["phone:1"]["distance"]) == (2, 1)
    (edge,) = graph.edges(data=True)
    assert edge[:2] == ("e-1", "phone:1")
    assert (edge[2]["roles"], edge[2]["periods"]) == ("x & <y>", "2004 to 2009")


def test_the_whole_network_is_that_of_a_plain_reading(network_hub: Hub) -> None:
    for viewer in (OPERATOR, STRANGER):
        graph = read_network(network_hub, viewer, GraphQuery())
        assert len(graph.edges) == len(plain_edges(make_records(), viewer))
        ends = {end for edge in graph.edges for end in (edge.source, edge.target)}
        assert {node.id for node in graph.nodes} == ends


def test_ids_are_words_as_graphml_wants_them(network_hub: Hub) -> None:
    graph = read_network(network_hub, OPERATOR, GraphQuery())
    assert {node.sort for node in graph.nodes} == {ENTITY, ARTEFACT, NAME}
    assert all(re.fullmatch(r"[\w.:-]+", node.id) for node in graph.nodes)


@pytest.mark.parametrize("file_format", ["graphml", "gexf"])
def test_files_hold_all_of_the_graph(network_hub: Hub, tmp_path: Path, file_format: str) -> None:
    path = tmp_path / "out"
    graph = export_network(network_hub, path, file_format, STRANGER, GraphQuery())
    read = read_back(path.read_bytes(), file_format)
    assert set(read.nodes) == {node.id for node in graph.nodes}
    assert sorted(read.edges()) == sorted((edge.source, edge.target) for edge in graph.edges)


def test_tables_hold_nodes_and_edges(network_hub: Hub, tmp_path: Path) -> None:
    graph = export_network(network_hub, tmp_path / "out", "csv", OPERATOR, GraphQuery())
    nodes, edges = (
        list(csv.DictReader(io.StringIO((tmp_path / "out" / name).read_text("utf-8"))))
        for name in ("nodes.csv", "edges.csv")
    )
    assert [{k: unescape_formula(v) for k, v in row.items()} for row in nodes] == [
        {"id": node.id, **node_attributes(node)} for node in graph.nodes
    ]
    assert [{k: unescape_formula(v) for k, v in row.items()} for row in edges] == [
        {"source": edge.source, "target": edge.target, **edge_attributes(edge)}
        for edge in graph.edges
    ]


def test_json_is_what_the_service_answers(network_hub: Hub, tmp_path: Path) -> None:
    around = ["s:1", "s:2"]
    graph = export_network(network_hub, tmp_path / "out", "json", OPERATOR, GraphQuery(2), around)
    assert json.loads((tmp_path / "out").read_bytes()) == graph_document(graph)
    assert sum(node.distance == 0 for node in graph.nodes) == 2


def test_followthemoney_is_valid_and_has_the_entities(network_hub: Hub, tmp_path: Path) -> None:
    graph = export_network(network_hub, tmp_path / "out", "ftm", STRANGER, GraphQuery())
    forms = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    entities = set()
    for form in forms:
        proxy = model.get_proxy({key: form[key] for key in ("id", "schema", "properties")})
        for prop in proxy.iterprops():
            assert all(prop.type.validate(value) for value in proxy.get(prop))
        if not proxy.schema.edge:
            entities.add(form["id"])
    assert entities == {node.id for node in graph.nodes if node.sort == ENTITY}
    assert len(forms) > len(entities)


def test_followthemoney_of_the_past_leaves_out_what_was_restricted_since(empty_hub: Hub) -> None:
    rows = [
        record(f"s:{number}", name="Ottavio Quint", email=f"q{number}@example.org")
        for number in (1, 2)
    ]
    decision = make_decision(("s:1", "s:2"), Verdict.SAME, 1)
    empty_hub.add(make_intake(rows), [decision])
    with empty_hub.store.view() as view:
        before = view.revision
    empty_hub.add(make_intake([replace(rows[1], handling=Handling("Coast", "H3"))]))
    query = GraphQuery(0, revision=before)
    for viewer, emails in ((OPERATOR, 2), (STRANGER, 1)):
        graph = read_graph(empty_hub, "s:1", viewer, query)
        (line,) = encode_network(empty_hub, graph, "ftm", viewer).splitlines()
        assert len(json.loads(line)["properties"]["email"]) == emails


def test_stix_is_read_back_by_the_reader_of_lists(network_hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    graph = export_network(network_hub, path, "stix", OPERATOR, GraphQuery())
    bundle = json.loads(path.read_bytes())
    objects = {row["id"]: row for row in bundle["objects"]}
    assert len(objects) == len(bundle["objects"])
    for row in bundle["objects"]:
        assert re.fullmatch(rf"{row['type']}--[0-9a-f-]{{36}}", row["id"])
        references = [*row.get("object_marking_refs", ()), *row.get("object_refs", ())]
        references += [row[key] for key in ("source_ref", "target_ref") if key in row]
        assert set(references) <= set(objects)
    # relationships, notes and bare names have the strictest code of those who state them
    marked = [row for row in bundle["objects"] if row["type"] != "marking-definition"]
    assert all("object_marking_refs" in row for row in marked)
    # identities name their records, by the ids that the lists gave them
    given = {
        (reference["source_name"], reference["external_id"])
        for row in bundle["objects"]
        if row["type"] == "identity"
        for reference in row.get("external_references", ())
    }
    assert given <= {tuple(row.id.split(":", 1)) for row in make_records()}
    assert len(given) == sum(node.records for node in graph.nodes)
    named = {node.id: node.caption for node in graph.nodes if node.sort != ARTEFACT}
    records = {row.id: row for row in read_lists([path]).batch.to_records()}
    assert sorted(row.caption for row in records.values()) == sorted(named.values())
    read = {
        (row.caption, relation.type.value, records[relation.target_id].caption)
        for row in records.values()
        for relation in row.relations
    }
    assert read == {
        (named[edge.source], edge.type, named[edge.target])
        for edge in graph.edges
        if edge.target in named
    }


def test_periods_in_stix_are_read_back(network_hub: Hub, tmp_path: Path) -> None:
    nodes = (ODD.nodes[0], GraphNode("e-2", ENTITY, "Red Pier", "group"))
    statement = EdgeStatement("a", "a:1", "driver", "", "2004", "2009-03")
    edge = GraphLink("e-1", "e-2", "memberOf", "member of", "has as member", (statement,))
    graph = Graph(1, nodes, (edge,))
    path = tmp_path / "bundle.json"
    path.write_bytes(b"".join(EXPORTS["stix"].write(network_hub, graph, OPERATOR, NOTE)[""]))
    (relation,) = (
        relation for row in read_lists([path]).batch.to_records() for relation in row.relations
    )
    assert (relation.start, relation.end) == ("2004-01-01", "2009-03-31")
    assert relation.role == "driver"


def test_tables_for_neo4j_have_its_headings(tmp_path: Path) -> None:
    files = EXPORTS["neo4j"].write(NO_HUB, ODD, OPERATOR, NOTE)
    nodes, edges = (
        list(csv.reader(io.StringIO(b"".join(files[name]).decode())))
        for name in ("nodes.csv", "relationships.csv")
    )
    assert (nodes[0][0], nodes[0][-1]) == ("id:ID", ":LABEL")
    assert (edges[0][0], edges[0][1], edges[0][-1]) == (":START_ID", ":END_ID", ":TYPE")
    # a telephone keeps its plus sign, and a cell has no line break
    assert [row[1] for row in nodes[1:]] == ["=A&B <\"'> \x01  Überfall 😀", "+31 20"]
    assert edges[1] == [
        "e-1",
        "phone:1",
        "has",
        "x & <y>",
        "2004 to 2009",
        "a",
        "a:1",
        "",
        "SHARES",
    ]
    assert {len(row) for row in nodes} == {len(nodes[0])}


def test_every_file_says_who_may_have_it(network_hub: Hub) -> None:
    graph = read_network(network_hub, OPERATOR, GraphQuery())
    note = write_note(graph, OPERATOR)
    for name in ("graphml", "gexf", "stix"):
        content = encode_network(network_hub, graph, name, OPERATOR).decode()
        assert f"Strictest handling code: {note.handling}." in content
    for name in ("csv", "neo4j"):
        archive = zipfile.ZipFile(io.BytesIO(encode_network(network_hub, graph, name, OPERATOR)))
        assert note.handling in archive.read("access-note.txt").decode()
        assert len(archive.namelist()) == 3


def test_a_file_that_cannot_be_written_is_one_clear_error(network_hub: Hub, tmp_path: Path) -> None:
    for file_format in EXPORTS:
        blocked = tmp_path / "file"
        blocked.touch()
        with pytest.raises(OutputError, match="cannot write the network"):
            export_network(network_hub, blocked / "x", file_format, OPERATOR, GraphQuery())
