"""`resolver network`: files of a network, for the operator and as an agency sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

from resolver.cli.app import run
from resolver.cli.resolve.network import FORMATS
from resolver.network.formats import EXPORTS
from tests.matching.preparing import quick_symbols

ROWS = [
    {"id": "p", "schema": "Person", "properties": {"name": ["Pavel Novotny"]}},
    {"id": "q", "schema": "Person", "properties": {"name": ["Wilhelmina Oberst"]}},
    {"id": "g", "schema": "Organization", "properties": {"name": ["Blue Harbor Crew"]}},
    {"id": "1", "schema": "Membership", "properties": {"member": ["p"], "organization": ["g"]}},
    {"id": "2", "schema": "UnknownLink", "properties": {"subject": ["q"], "object": ["p"]}},
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("network")
    path = folder / "quay.json"
    path.write_text("\n".join(json.dumps({**row, "datasets": ["quay"]}) for row in ROWS))
    url = f"sqlite:///{folder}/hub.db"
    with quick_symbols("resolver.matching.pipeline"):
        assert run(["dedupe", str(path), "--store", url]) == 0
        yield url


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_is_written(
    file_format: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    args = ["--store", url, "--format", file_format, "--out", str(out)]
    assert run(["network", *args]) == 0
    assert capsys.readouterr().out == f"3 nodes, 2 edges: {out}\n"
    assert out.is_dir() if EXPORTS[file_format].is_folder else out.stat().st_size > 100
    assert tuple(EXPORTS) == FORMATS


def test_a_network_around_an_entity_is_of_hops_and_types(url: str, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    for args, nodes in (
        (["--around", "quay:g"], {"Blue Harbor Crew", "Pavel Novotny"}),
        (["--around", "quay:g", "--hops", "0"], {"Blue Harbor Crew"}),
        (["--around", "quay:p", "--type", "linkedTo"], {"Wilhelmina Oberst", "Pavel Novotny"}),
    ):
        assert run(["network", "--store", url, "--out", out, *args]) == 0
        graph = networkx.read_graphml(io.BytesIO(Path(out).read_bytes()))
        assert set(dict(graph.nodes(data="caption")).values()) == nodes


def test_an_agency_gets_what_it_may_see(url: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    args = ["--store", url, "--format", "json", "--agency", "Coast", "--out", str(out)]
    assert run(["network", *args]) == 0
    assert len(json.loads(out.read_text())["nodes"]) == 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--type", "guardianOf"], "guardianOf is none of memberOf"),
        (["--around", "quay:none"], "no entity or record quay:none"),
        (["--format", "png"], "'png' is not one of"),
        (["--on", "soon"], "soon"),
    ],
)
def test_faulty_calls_are_one_line(
    args: list[str], message: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["network", "--store", url, "--out", str(tmp_path / "out"), *args]) in (1, 2)
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_path_between_two_names_says_whom_they_mean(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["network", "path", "wilhelmina oberst", "Blue Harbor", "--store", url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("wilhelmina oberst: Wilhelmina Oberst (e-")
    assert lines[1].startswith("Blue Harbor: Blue Harbor Crew (e-")
    assert lines[2:] == [
        "1. Wilhelmina Oberst",
        "   linked to [quay]: Pavel Novotny",
        "   member of [quay]: Blue Harbor Crew",
    ]


def test_a_path_keeps_to_its_constraints(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    ends = ["network", "path", "quay:q", "quay:g", "--store", url]
    assert run([*ends, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [len(path) for path in document["paths"]] == [3]
    assert document["from"]["caption"] == "Wilhelmina Oberst"
    for constraint in (["--max", "1"], ["--type", "memberOf"], ["--without", "quay"]):
        assert run([*ends, *constraint]) == 0
        assert capsys.readouterr().out.endswith("Nothing connects the two.\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["path", "quay:q", "Nobody Atall"], "nobody is known by that name"),
        (["path", "quay:q", "quay:g", "--type", "guardianOf"], "guardianOf is none of"),
        (["path", "quay:q", "quay:g", "--from-year", "2020", "--to-year", "2010"], "last year"),
    ],
)
def test_a_path_that_cannot_be_searched_is_one_line(
    args: list[str], message: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["network", *args, "--store", url]) in (1, 2)
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_group_is_shown_at_a_time(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "group", "blue harbor", "--on", "2016", "--store", url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("blue harbor: Blue Harbor Crew (e-")
    assert lines[1:] == ["   member of: Pavel Novotny (no role or date) [quay]"]
    assert run(["network", "group", "quay:g", "--json", "--store", url]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["node"]["caption"] for row in document["members"]] == ["Pavel Novotny"]
    assert document["lineage"] == {"groups": [], "events": []}
    assert run(["network", "group", "quay:g", "--on", "soon", "--store", url]) == 1
    assert "'soon' is no year or day (write 2016 or 2016-05-01)" in capsys.readouterr().err


def test_a_network_needs_a_file(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "--store", url]) == 2
    assert "add --store URL and --out FILE" in capsys.readouterr().err
