"""One check, four ways to ask: command line, `GET /check`, `POST /match` and `Index` give the same
entities with the same scores, bands and order.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from resolver import Index
from resolver.api import ServiceSettings, create_app
from resolver.cli.app import run
from resolver.lists.readers import read_lists
from resolver.records import KIND_BY_LABEL, Kind, Record
from tests.examples import IS_NIGHTLY
from tests.matching.preparing import quick_symbols

Client = Any
QUERIES = 250 if IS_NIGHTLY else 8
"""Queries of each store; the command opens the store anew for each."""
LIMIT = 20
SCHEMA_BY_KIND = {"person": "Person", "group": "Organization", "asset": "Vessel"}
STRANGERS = (
    "Bartholomew Quackenbush",
    "Ngozi Okpara",
    "Северин Лютый",
    "Vega Lumen SARL",
    "欧阳修文",
)


@dataclass(frozen=True)
class Query:
    """Query as a caller knows it."""

    name: str
    kind: str | None = None
    stated: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ways:
    """Store with everything that answers checks of it, and the records that it was made of."""

    url: str
    client: Client
    index: Index
    records: list[Record]


def write_mixed_list(path: Path, rnd: random.Random) -> None:
    """Write vessels, aircraft, groups and persons in several scripts, and a crowd of namesakes."""
    rows: list[tuple[str, dict[str, str]]] = [
        ("Person", {"name": "Muhammad Ali", "birthDate": f"{year}-{year % 12 + 1:02d}-03"})
        for year in range(1930, 1990, 2)
    ]
    names = "Иван Петров|Пётр Кузнецов|محمد حسن علي|王小明|김철수|Γιώργος Παπαδόπουλος|Ömer Şahin"
    rows += [("Person", {"name": name, "nationality": "ru"}) for name in names.split("|")]
    rows += [("Vessel", {"name": name, "flag": "ir"}) for name in ("Ocean Pearl", "Grand Sea 7")]
    rows += [("Airplane", {"name": "EP-GOM", "country": "ir"})]
    rows += [("Company", {"name": name}) for name in ("Pearl Trading LLC", "东方贸易有限公司")]
    rnd.shuffle(rows)
    with path.open("w", encoding="utf-8") as file:
        for place, (schema, values) in enumerate(rows):
            properties = {prop: [text] for prop, text in values.items()}
            entity = {"id": str(place), "schema": schema, "properties": properties}
            file.write(json.dumps({**entity, "datasets": ["mixed"]}) + "\n")


@pytest.fixture(scope="module", params=["generated", "mixed"])
def ways(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ways]:
    """Yield a store in all four forms."""
    folder = tmp_path_factory.mktemp(request.param)
    lists = folder / "lists"
    if request.param == "generated":
        demo = ["demo", "--records", "300", "--seed", "11", "--only-lists", "--out", str(folder)]
        assert run(demo) == 0
    else:
        lists.mkdir()
        write_mixed_list(lists / "mixed.ftm.json", random.Random(3))
    url = f"sqlite:///{folder}/hub.db"
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        assert run(["dedupe", str(lists), "--store", url]) == 0
        app = create_app(ServiceSettings(url))
        app.extensions["resolver"].warm()
        records = list(read_lists([lists]).batch.to_records())
        with Index(str(lists)) as index:
            yield Ways(url, app.test_client(), index, records)
        app.extensions["resolver"].close()


def misspell(name: str, rnd: random.Random) -> str:
    place = rnd.randrange(1, max(len(name) - 1, 2))
    return name[:place] + name[place + 1 : place + 2] + name[place : place + 1] + name[place + 2 :]


def draw_query(records: list[Record], rnd: random.Random) -> Query:
    """Draw an exact or misspelt name, or a stranger's; with or without other values and a kind."""
    record = rnd.choice(records)
    name = rnd.choice((record.caption, record.caption, misspell(record.caption, rnd), ""))
    name = name or rnd.choice(STRANGERS)
    kind = rnd.choice((None, None, record.kind.label if record.kind in SCHEMA_KINDS else None))
    stated = {}
    if record.kind is Kind.PERSON:
        for prop in ("birthDate", "nationality"):
            texts = record.texts(prop)
            if texts and rnd.random() < 0.4:
                stated[prop] = texts[0]
    elif record.texts("country") and rnd.random() < 0.4:
        stated["country"] = record.texts("country")[0]
    return Query(name, kind, stated)


SCHEMA_KINDS = frozenset(KIND_BY_LABEL[label] for label in SCHEMA_BY_KIND)


def ask_command(ways: Ways, query: Query, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    options = {"birthDate": "--birth-date", "nationality": "--nationality", "country": "--country"}
    args = [text for prop, value in query.stated.items() for text in (options[prop], value)]
    args += ["--kind", query.kind] if query.kind else []
    capsys.readouterr()
    limit = ["--limit", str(LIMIT), "--json"]
    assert run(["check", query.name, *args, "--store", ways.url, *limit]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def ask_page(ways: Ways, query: Query) -> dict[str, Any]:
    schema = {"schema": SCHEMA_BY_KIND[query.kind]} if query.kind else {}
    parameters = {"name": query.name, **query.stated, **schema, "limit": LIMIT}
    answer = ways.client.get("/check", query_string=parameters)
    assert answer.status_code == 200, answer.text
    checked: dict[str, Any] = answer.json
    return checked


def ask_batch(ways: Ways, query: Query) -> dict[str, Any]:
    properties = {prop: [text] for prop, text in {"name": query.name, **query.stated}.items()}
    schema = SCHEMA_BY_KIND[query.kind] if query.kind else "Thing"
    body = {"queries": {"q": {"schema": schema, "properties": properties}}}
    answer = ways.client.post(f"/match/default?limit={LIMIT}", json=body)
    matched: dict[str, Any] = answer.json["responses"]["q"]
    return matched


def test_all_four_give_the_same_answer(ways: Ways, capsys: pytest.CaptureFixture[str]) -> None:
    rnd = random.Random(2024)
    answered = 0
    for _ in range(QUERIES):
        query = draw_query(ways.records, rnd)
        command, page, batch = (
            ask_command(ways, query, capsys),
            ask_page(ways, query),
            ask_batch(ways, query),
        )
        answer = ways.index.check(
            {"name": query.name, **query.stated}, kind=query.kind, limit=LIMIT
        )
        expected = [
            (result["id"], result["score"], result["name_similarity"]) for result in page["results"]
        ]
        assert [
            (result["entity"], result["score"], result["name_similarity"])
            for result in command["results"]
        ] == expected, query
        shown = ("results", "total", "query")
        assert [page[key] for key in shown] == [batch[key] for key in shown], query
        assert [
            (match.match.records, match.probability, match.name_similarity, match.band)
            for match in answer
        ] == [
            (tuple(result["records"]), *expected[place][1:], result["band"])
            for place, result in enumerate(command["results"])
        ], query
        assert {command["total"], page["total"]["value"], answer.total} == {answer.total}
        advice = {command.get("advice", ""), page.get("advice", ""), batch.get("advice", "")}
        assert advice == {answer.advice}, query
        answered += bool(expected)
    assert 0 < answered < QUERIES or QUERIES < 20
