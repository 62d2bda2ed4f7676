"""A property that one row and one module add is read, compared, merged, shown and explained."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.extended_checkout import ROOT, extend_checkout

ROW = """
    Property(
        name="bloodGroup",
        type=ValueType.TEXT,
        kinds=Kind.PERSON,
        schema="Person",
        label="Blood group",
        normal=Normal.FOLDED,
        comparator="blood_group",
        wording=Wording("blood group", "blood groups", "similar blood groups"),
        search_weight=0.9,
        is_single=True,
        material="blood group",
        summary=9,
    ),
"""
COMPARATOR = '    Comparator("blood_group", Kind.PERSON, blood_group, _plain("blood_group")),'
MODULE = '''
"""Comparator of blood groups."""

from __future__ import annotations

from resolver.names.context import Context
from resolver.values.value_comparators import overlap
from resolver.records.prepared.batch import FloatArray


def blood_group(context: Context) -> FloatArray:
    """Blood groups."""
    side, _table = context.prepared.plain["bloodGroup"]
    return overlap(side, context.left, context.right)
'''
PLAIN = """id,name,birth date,Blood group
1,Ivan Sergeyevich Petrov,1962-05-01,Zero Rhesus negative
2,Maria Quispe Huanca,1980-11-02,AB positive
"""
MAPPED = """nr;full;born;blood
7;Petrov Ivan Sergeevich;1962-05-01;zero rhesus NEGATIVE
8;John Smith;1990-01-01;AB positive
"""
MAPPING = """id: nr
kind: person
source: river
delimiter: ";"
properties: {name: full, birthDate: born, bloodGroup: blood}
"""
GROUP = "Zero Rhesus negative"
pytestmark = pytest.mark.slow


def show_property(folder: Path) -> dict[str, Any]:
    """Return where the files of a run and a service over a store show the property."""
    from click.testing import CliRunner

    from resolver.api import ServiceSettings, create_app
    from resolver.cli.app import cli
    from resolver.hub.reopening import find_material_changes
    from resolver.merging.golden_record import GoldenValue
    from resolver.merging.survivorship import find_conflicts
    from resolver.records import Kind, Record, Value
    from resolver.store import UserRole
    from tests.api.desk.conftest import PASSWORD, sign_in
    from tests.store.passwords import quick_passwords

    lists = [str(folder / "coast.csv"), str(folder / "river.csv")]
    store = f"sqlite:///{folder}/hub.db"
    run = CliRunner().invoke(cli, ["dedupe", *lists, "--out", str(folder / "out")])
    assert run.exit_code == 0, run.output
    kept = CliRunner().invoke(
        cli, ["dedupe", *lists, "--store", store, "--out", str(folder / "kept")]
    )
    assert kept.exit_code == 0, kept.output
    why = CliRunner().invoke(cli, ["explain", "coast:1", "river:7", *lists])
    texts = {
        path.name: path.read_text("utf-8")
        for path in (folder / "out").iterdir()
        if path.suffix in (".json", ".csv", ".html")
    }
    versions = [
        Record("a:1", "a", Kind.PERSON, "Person", (Value("bloodGroup", text),))
        for text in ("AB positive", "zero")
    ]
    stated = [GoldenValue(text, ("a:1",)) for text in ("AB positive", "zero")]
    with quick_passwords():
        app = create_app(ServiceSettings(store))
        service = app.extensions["resolver"]
        service.warm()
        client, browser = app.test_client(), app.test_client()
        check = {"name": "Ivan Petrov", "bloodGroup": "zero rhesus negative", "explain": "true"}
        answer = client.get("/check", query_string=check).json
        search: Any = client.get("/search/default", query_string={"q": "rhesus"}).json
        ivan = search["results"][0]["id"]
        shown = {
            "messages": run.output,
            "files": texts,
            "explanation": why.output,
            "conflicts": find_conflicts({"bloodGroup": tuple(stated)}),
            "changes": list(map(str, find_material_changes(*versions))),
            "entity": client.get(f"/entities/{ivan}").json,
            "check": answer,
            "unknown": client.get("/check", query_string={"name": "I", "bloodgruop": "x"}).json,
            "search": search,
            "openapi": client.get("/openapi.json").text,
        }
        service.hub.store.users.add("mia", UserRole.STEWARD, "Coast", PASSWORD)
        assert sign_in(browser, "mia").status_code == 303
        shown |= {
            "pair": browser.get("/review/coast:2/river:8").text,
            "page": browser.get(f"/desk/entities/{ivan}").text,
            "found": browser.get("/desk/search", query_string={"q": "Ivan Petrov"}).text,
        }
        service.close()
    return shown


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a checkout with the property shows, in a process of its own."""
    folder = tmp_path_factory.mktemp("lists")
    (folder / "coast.csv").write_text(PLAIN, "utf-8")
    (folder / "river.csv").write_text(MAPPED, "utf-8")
    (folder / "river.mapping.yml").write_text(MAPPING, "utf-8")
    checkout = extend_checkout(
        tmp_path_factory.mktemp("checkout"),
        ROW,
        comparator=COMPARATOR,
        function=MODULE,
        like="father_name",
    )
    code = (
        "import json, pathlib, tests.test_added_property as test;"
        f"shown = test.show_property(pathlib.Path({str(folder)!r}));"
        f"pathlib.Path({str(folder)!r}, 'shown.json').write_text(json.dumps(shown))"
    )
    path = os.pathsep.join((str(checkout), str(ROOT)))
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        timeout=300,
    )
    content: dict[str, Any] = json.loads((folder / "shown.json").read_text("utf-8"))
    return content


def test_it_is_read_from_a_header_and_by_a_mapping(shown: dict[str, Any]) -> None:
    assert "bloodGroup from Blood group" in shown["messages"]
    statements = shown["files"]["statements.csv"].splitlines()
    stated = [line for line in statements if ",bloodGroup," in line]
    assert len(stated) == 4
    assert sum("river" in line for line in stated) == 2


def test_it_is_compared_and_explained(shown: dict[str, Any]) -> None:
    assert re.search(r"\+\d\.\d\d  blood_group +1\.00  zero rhesus negative", shown["explanation"])
    assert "same blood group" in shown["explanation"]
    explained = shown["check"]["results"][0]
    assert explained["features"]["blood_group"] == 1.0
    assert explained["explanations"]["blood_group"]["weight"] > 0
    assert "same blood group" in explained["summary"]


def test_equal_values_are_one_and_others_contradict(shown: dict[str, Any]) -> None:
    assert shown["entity"]["properties"]["bloodGroup"] == [GROUP]
    assert shown["entity"]["referents"] == ["coast:1", "river:7"]
    assert shown["conflicts"] == {"bloodGroup": ["AB positive", "zero"]}
    assert shown["changes"] == ["blood group from AB positive to zero"]


def test_it_is_exported(shown: dict[str, Any]) -> None:
    entities = map(json.loads, shown["files"]["entities.ftm.json"].splitlines())
    groups = [entity["properties"].get("bloodGroup") for entity in entities]
    assert [GROUP] in groups


def test_it_is_searched(shown: dict[str, Any]) -> None:
    assert [row["id"] for row in shown["search"]["results"]] == [shown["entity"]["id"]]


def test_openapi_has_it_for_persons_alone(shown: dict[str, Any]) -> None:
    schemas = json.loads(shown["openapi"])["components"]["schemas"]
    having = {
        name
        for name, schema in schemas.items()
        if "bloodGroup" in json.dumps(schema.get("properties", {}))
    }
    assert having
    assert not any(name in having for name in ("Company", "Vessel"))
    assert "did you mean bloodGroup?" in shown["unknown"]["detail"]


@pytest.mark.parametrize("page", ["page", "found", "pair"])
def test_pages_show_it_under_its_label(shown: dict[str, Any], page: str) -> None:
    assert "Blood group" in shown[page]
    assert ("AB positive" if page == "pair" else GROUP) in shown[page]


def test_the_report_shows_it(shown: dict[str, Any]) -> None:
    assert "Blood group" in shown["files"]["report.html"]
