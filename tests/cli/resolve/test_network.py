"""`resolver network`: files of a network, for the operator and as an agency sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

from resolver.cli.app import run
from resolver.network.export import FORMATS
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
    assert out.is_dir() if file_format == "csv" else out.stat().st_size > 100


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
