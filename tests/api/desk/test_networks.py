"""Pages of networks: what they show, their forms, files, and ids that are unknown."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import networkx
import pytest

from resolver.hub.desk_users import UserRole
from resolver.records import Activity, Kind, Relation, RelationType
from tests.api.desk.conftest import Client, Desk
from tests.hub.hubs import make_intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

_MEMBER = RelationType.MEMBER_OF
PHONE = "+31 20 555 0101"
ROWS = [
    record(
        "quay:g", Kind.GROUP, name="Blue Harbor Crew", country="nl", activities=[Activity.DRUGS]
    ),
    record(
        "quay:1",
        name="Pavel Novotny",
        phone=PHONE,
        relations=[
            Relation(RelationType.LEADER_OF, "quay:g", role="boss", start="2014", end="2009"),
            Relation(_MEMBER, "", "Iron <b>Quay</b>"),
        ],
    ),
    record("quay:2", name="Wilhelmina Oberst", phone=PHONE),
    record(
        "quay:3",
        name="Nuno Salgado",
        relations=[Relation(_MEMBER, "quay:g", role="driver", start="2010")],
    ),
    record("quay:4", name="Ottavio Quint"),
]


@pytest.fixture
def browser(desk: Desk) -> Client:
    with quick_symbols("resolver.pipeline"):
        desk.service.hub.add(make_intake(ROWS))
    desk.service.warm()
    return desk.signed_in("amira", UserRole.VIEWER)


def shown(browser: Client, path: str) -> str:
    """Return the text of a page, with one space between words."""
    answer = browser.get(path, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_a_network_is_drawn_and_listed(browser: Client) -> None:
    page = browser.get("/desk/network/quay:1?hops=2", follow_redirects=True).text
    assert "Iron &lt;b&gt;Quay" in page
    text = shown(browser, "/desk/network/quay:1?hops=2")
    for words in ("Blue Harbor Crew", "Wilhelmina Oberst", "Nuno Salgado", PHONE, "leader of"):
        assert words in text
    assert "Ottavio Quint" not in text
    assert "(ends before it starts)" in text
    assert "quay:1" in text


def test_a_choice_leaves_what_fits(browser: Client) -> None:
    text = shown(browser, "/desk/network/quay:1?hops=2&role=transporter")
    assert "Nuno Salgado" in text
    assert "Wilhelmina Oberst" not in text
    text = shown(browser, "/desk/network/quay:1?types=phone")
    assert "Wilhelmina Oberst" not in text
    assert PHONE in text
    assert "Blue Harbor Crew" not in text


def test_a_node_is_expanded(browser: Client) -> None:
    assert "Nuno Salgado" not in shown(browser, "/desk/network/quay:1")
    assert "Nuno Salgado" in shown(browser, "/desk/network/quay:1?expand=quay:g")


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ("quay:3", "Pavel Novotny → Blue Harbor Crew → Nuno Salgado"),
        ("quay:2", f"Pavel Novotny → {PHONE} → Wilhelmina Oberst"),
        ("quay:4", "Nothing connects the two"),
        ("quay:none", "There is no entity or record quay:none."),
    ],
)
def test_paths_are_listed(browser: Client, goal: str, words: str) -> None:
    assert words in shown(browser, f"/desk/network/quay:1?to={goal}")


def test_what_is_shown_is_saved(browser: Client) -> None:
    answer = browser.get("/desk/network-file/graphml/quay:1?hops=2")
    graph: Any = networkx.read_graphml(io.BytesIO(answer.data))
    captions = set(dict(graph.nodes(data="caption")).values())
    assert {"Nuno Salgado", "Pavel Novotny", PHONE} < captions
    assert "attachment" in answer.headers["Content-Disposition"]
    assert browser.get("/desk/network-file/png/quay:1").status_code == 404


def test_groups_are_listed_and_shown(browser: Client) -> None:
    text = shown(browser, "/desk/groups?country=nl&activity=drugs&sort=agencies")
    assert "Blue Harbor Crew 2" in text
    text = shown(browser, "/desk/groups/quay:g")
    assert "Members over time" in text
    assert "Nuno Salgado member of driver from 2010" in text
    assert "1 member without dates is in no year" in text


def test_agencies_are_compared(browser: Client) -> None:
    assert "<5" in shown(browser, "/desk/overlap?kind=group")
    table = browser.get("/desk/overlap?format=csv")
    assert table.mimetype == "text/csv"


@pytest.mark.parametrize("path", ["/desk/network/quay:none", "/desk/groups/quay:none"])
def test_an_unknown_id_is_said(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404
