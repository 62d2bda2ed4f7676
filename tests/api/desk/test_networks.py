"""Pages of networks: what they show, their forms, files, and ids that are unknown."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import fromstring

import networkx
import pytest

from resolver.network.graph_reader import read_graph
from resolver.network.workbench import graph_document
from resolver.records import Activity, Grade, Handling, Kind, Relation, RelationType
from resolver.records.stated_links import cite_sentence
from resolver.report.pdf import Part, Table
from resolver.store import UserRole
from tests.api.desk.conftest import Client, Desk, csrf
from tests.hub.hubs import make_intake
from tests.matching.preparing import quick_symbols
from tests.records.network_records import generate_drivers_of_two_lists
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
    record(
        "quay:2",
        name="Wilhelmina Oberst",
        phone=PHONE,
        activities=[Activity.CORRUPTION],
        relations=[Relation(RelationType.FINANCIER_OF, "quay:g", role="banker")],
    ),
    record(
        "quay:3",
        name="Nuno Salgado",
        relations=[Relation(_MEMBER, "quay:g", role="driver", start="2010")],
    ),
    record("quay:4", name="Ottavio Quint"),
    replace(
        record("quay:5", name="Ξένια Παππά", relations=[Relation(_MEMBER, "quay:g")]),
        handling=Handling(
            "Coast", "H1", Grade("4x4", "A"), Grade("4x4", "2"), "suspect", "", "2027-01-31"
        ),
    ),
]


@pytest.fixture
def browser(desk: Desk) -> Client:
    with quick_symbols("resolver.matching.pipeline"):
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
        (
            "quay:3",
            "Pavel Novotny leader of (boss, 2014 to 2009) → Blue Harbor Crew"
            " has as member (driver, from 2010) → Nuno Salgado",
        ),
        ("quay:2", f"Pavel Novotny has → {PHONE} of → Wilhelmina Oberst"),
        ("quay:4", "Nothing connects the two"),
        # a role that says the same as the relation is left out
        ("quay:g", "leader of (boss"),
        ("nuno salgado", "has as member (driver, from 2010) → Nuno Salgado"),
        ("quay:3&first_year=1980&last_year=1990", "Nothing connects the two"),
        ("quay:3&without=quay", "Nothing connects the two"),
        ("quay:3&first_year=1990&last_year=1980", "The last year is before the first."),
        ("quay:none", "no entity or record quay:none, and nobody is known by that name."),
    ],
)
def test_paths_are_listed(browser: Client, goal: str, words: str) -> None:
    assert words in shown(browser, f"/desk/network/quay:1?to={goal}")


def test_paths_are_asked_by_two_names(browser: Client) -> None:
    asked = "/desk/paths?from=pavel+novotny&to=oberst&first_year=&last_year="
    text = shown(browser, asked)
    assert f"Pavel Novotny has → {PHONE} of → Wilhelmina Oberst" in text
    assert "oberst is taken for Wilhelmina Oberst" in text
    # the drawing is that of the paths
    assert "4 nodes" in text
    # only Pavel and Wilhelmina pay: the telephone does not count
    assert "Nothing connects the two" in shown(browser, f"{asked}&follow=money")
    text = shown(browser, "/desk/paths?from=nobody+at+all&to=oberst")
    assert "Nobody is known by the name nobody at all." in text
    assert browser.get("/desk/paths?from=a&to=b&first_year=x").status_code == 422


def test_a_network_is_narrowed_to_some_years_and_sorts_of_relation(browser: Client) -> None:
    # the driver came in 2010; the others are not dated
    address = "/desk/network/quay:g?last_year=2009"
    assert "Nuno Salgado" not in shown(browser, address)
    assert "Wilhelmina Oberst" in shown(browser, address)
    assert "Nuno Salgado" in shown(browser, "/desk/network/quay:g?first_year=2012&last_year=2014")
    text = shown(browser, "/desk/network/quay:g?follow=money")
    assert "Wilhelmina Oberst" in text
    assert "Nuno Salgado" not in text
    file = browser.get("/desk/network-file/graphml/quay:g?last_year=2009").text
    assert "Wilhelmina Oberst" in file
    assert "Nuno Salgado" not in file
    answer = browser.get(
        "/desk/network/quay:g?first_year=2014&last_year=2009", follow_redirects=True
    )
    assert answer.status_code == 422
    assert "The last year is before the first." in answer.text


def test_a_name_that_several_have_is_asked_back(browser: Client, desk: Desk) -> None:
    rows = [record("quay:6", name="Pavel Salgado"), record("quay:7", name="Amaro Salgado")]
    with quick_symbols("resolver.matching.pipeline"):
        desk.service.hub.add(make_intake(rows))
    desk.service.warm()
    text = shown(browser, "/desk/paths?from=salgado&to=oberst&follow=kin&first_year=2010")
    assert "3 entities have salgado in their names." in text
    page = browser.get("/desk/paths?from=salgado&to=oberst&follow=kin&first_year=2010").text
    # a choice keeps the rest of the question
    links = [unescape(row) for row in re.findall(r'href="(/desk/paths\?[^"]*)"', page)]
    assert len(links) == 3
    assert all("to=oberst" in row and "first_year=2010" in row for row in links)
    chosen = next(row for row in links if entity_id(browser, "quay:3") in row)
    assert "Who connects Nuno Salgado and Wilhelmina Oberst" in shown(browser, chosen)
    # a group, too, is not taken for one of several
    assert "Choose one" in shown(browser, "/desk/groups?name=salgado")


def test_leaders_without_dates_are_not_said_to_have_led_in_a_year(browser: Client) -> None:
    group = entity_id(browser, "quay:g")
    # the period of the boss is reversed, so that no list says when he led
    text = shown(browser, f"/desk/groups/{group}?on=2012")
    assert "May have been led in 2012 by No list says when these led it" in text
    assert "Led in 2012" not in text


def test_people_like_one_are_named_with_what_they_share(browser: Client) -> None:
    text = shown(browser, "/desk/similar/quay:3")
    assert "People like Nuno Salgado" in text
    # all three belong to the crew; the banker has another role, the crime is her own
    assert "Nobody shares two" in text
    answer = browser.get("/desk/similar/quay:none")
    assert answer.status_code == 404


def test_names_are_completed_while_typed(browser: Client) -> None:
    names = browser.get("/desk/names?q=nov").json
    assert names["names"] == [
        {"id": entity_id(browser, "quay:1"), "caption": "Pavel Novotny", "about": "Person"}
    ]
    assert browser.get("/desk/names?q=n").json == {"names": []}


def test_a_role_that_repeats_the_relation_is_left_out(desk: Desk) -> None:
    before = Relation(RelationType.PREDECESSOR_OF, "quay:i", role="PREDECESSOR")
    rows = [
        record("quay:i", Kind.GROUP, name="Iron Quay Front"),
        record("quay:h", Kind.GROUP, name="Salt Hill Column", relations=[before]),
    ]
    with quick_symbols("resolver.matching.pipeline"):
        desk.service.hub.add(make_intake(rows))
    desk.service.warm()
    browser = desk.signed_in("amira", UserRole.VIEWER)
    # read from the other end, the relation has other words
    text = shown(browser, "/desk/groups/quay:h")
    assert "Iron Quay Front successor of — — quay" in text
    assert "0 members No list says who belongs to this group. Lists only say who is" in text


def test_a_group_is_found_by_its_name(browser: Client) -> None:
    assert "4 members" in shown(browser, "/desk/groups?name=blue+harbor+crew")
    assert "Nobody is known by the name Nobody At All" in shown(
        browser, "/desk/groups?name=Nobody+At+All"
    )


def test_the_network_says_what_changed_since_a_day(desk: Desk) -> None:
    hub = desk.service.hub
    with quick_symbols("resolver.matching.pipeline"):
        hub.add(make_intake(ROWS[:2]))
        with hub.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE versions SET landed = '2020-01-01T00:00:00.000000Z'")
        hub.add(make_intake(ROWS[2:]))
    desk.service.warm()
    browser = desk.signed_in("amira", UserRole.VIEWER)
    text = shown(browser, "/desk/network/quay:g?since=2021-01-01")
    assert "Changed since 2021-01-01" in text
    assert "New: 3 relations" in text or "New: 4 relations" in text
    assert "No longer in this network" not in text
    assert "No list had" not in text
    # the first list that had the group came later
    early = shown(browser, "/desk/network/quay:g?since=2019-01-01")
    begins = "No list had Blue Harbor Crew in this store before 2020-01-01 00:00 UTC."
    assert early.index(begins) < early.index("A relation is new if") < early.index("New: ")
    assert early.partition("New: ")[2][:11] == text.partition("New: ")[2][:11]
    assert browser.get("/desk/network/quay:g?since=soon").status_code == 422


SENTENCE = "He is the brother of Nuno Salgado."


def test_the_sentence_of_a_relation_is_shown(desk: Desk) -> None:
    origin = cite_sentence("comments", SENTENCE)
    kin = Relation(RelationType.FAMILY_OF, "quay:3", role="brother", origin=origin)
    rows = [ROWS[3], record("quay:6", name="Simao Salgado", relations=[kin])]
    with quick_symbols("resolver.matching.pipeline"):
        desk.service.hub.add(make_intake(rows))
    desk.service.warm()
    browser = desk.signed_in("amira", UserRole.VIEWER)
    (edge,) = (
        row
        for row in drawn(browser, "/desk/network/quay:6")["edges"]
        if row["words"] == "family of"
    )
    assert f"“{SENTENCE}”" in edge["about"]
    for page in ("network", "entities", "dossier"):
        assert SENTENCE in shown(browser, f"/desk/{page}/quay:6")
    (told,) = graph_document(read_graph(desk.service.hub, "quay:6"))["edges"]
    assert told["statements"][0]["sentence"] == SENTENCE


def entity_id(browser: Client, record_id: str) -> str:
    answer = browser.get(f"/desk/entities/{record_id}")
    return str(answer.headers["Location"].rpartition("/")[2].partition("?")[0])


def drawn(browser: Client, path: str) -> Any:
    """Return what the script of a page draws."""
    page = browser.get(path, follow_redirects=True).text
    found = re.search(r'<div id="graph-data" hidden data-content="([^"]*)">', page)
    assert found
    return json.loads(unescape(found[1]))


def test_the_drawing_has_paths_as_a_whole(browser: Client) -> None:
    data = drawn(browser, "/desk/network/quay:1?hops=0&to=Nuno+Salgado")
    captions = {node["id"]: node["label"] for node in data["nodes"]}
    (path,) = data["paths"]
    assert [captions[row] for row in path] == ["Pavel Novotny", "Blue Harbor Crew", "Nuno Salgado"]
    ends = {frozenset((edge["source"], edge["target"])) for edge in data["edges"]}
    assert all(frozenset(pair) in ends for pair in pairwise(path))


def test_the_drawing_says_what_can_be_done_with_a_node(browser: Client) -> None:
    data = drawn(browser, "/desk/network/quay:1?expand=quay:g")
    nodes = {node["label"]: node for node in data["nodes"]}
    assert nodes["Pavel Novotny"]["start"]
    assert set(nodes["Nuno Salgado"]["links"]) == {"open", "expand", "center", "path"}
    assert nodes["Iron <b>Quay</b>"]["links"] is None
    (edge,) = (row for row in data["edges"] if row["words"] == "leader of")
    assert edge["about"][0] == "boss; 2014 to 2009"
    assert (edge["count"], edge["lists"]) == (1, 1)


def test_what_is_shown_is_saved(browser: Client) -> None:
    answer = browser.get("/desk/network-file/graphml/quay:1?hops=2")
    graph: Any = networkx.read_graphml(io.BytesIO(answer.data))
    captions = set(dict(graph.nodes(data="caption")).values())
    assert {"Nuno Salgado", "Pavel Novotny", PHONE} < captions
    assert "attachment" in answer.headers["Content-Disposition"]
    assert browser.get("/desk/network-file/png/quay:1").status_code == 404


def test_dossiers_and_paths_are_saved_as_pdf(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, str] = {}

    def render(title: str, parts: Sequence[Part], **_: Any) -> bytes:
        texts = [
            text
            for part in parts
            for text in (
                [part.text]
                if not isinstance(part, Table)
                else [cell for row in (part.header, *part.rows) for cell in row]
            )
        ]
        written[title] = "\n".join(texts)
        return b"%PDF-1.7"

    monkeypatch.setattr("resolver.api.desk.dossiers.render_pdf", render)
    for address in (
        "/desk/dossier/quay:1?format=pdf",
        "/desk/network-file/pdf/quay:1?to=quay:3",
        "/desk/network-file/pdf/quay:3?hops=1",
    ):
        answer = browser.get(address, follow_redirects=True)
        assert (answer.mimetype, answer.data) == ("application/pdf", b"%PDF-1.7")
    dossier = written["Pavel Novotny"]
    assert dossier.startswith("Handling H0\n")
    assert PHONE in dossier
    assert "leader of\nBlue Harbor Crew\nboss; 2014 to 2009\nquay" in dossier
    # on the first page, where whoever gets the paper begins to read
    assert dossier.index("Written on ") < dossier.index(PHONE)
    assert ", with what this reader may see. Strictest handling code: H0." in dossier
    paths = written["Who connects Pavel Novotny and Nuno Salgado"]
    assert (
        "1. Pavel Novotny leader of (boss, 2014 to 2009) → Blue Harbor Crew"
        " has as member (driver, from 2010) → Nuno Salgado" in paths
    )
    assert "Nuno Salgado member of Blue Harbor Crew\ndriver; from 2010\nquay:3" in paths
    assert "Oberst" not in paths
    assert "Nuno Salgado member of Blue Harbor Crew" in written["Network of Nuno Salgado"]
    # a record of the agency Coast, which this user does not belong to
    assert all("Παππά" not in text for text in written.values())
    assert browser.get("/desk/network-file/pdf/quay:1?to=quay:none").status_code == 404


def test_a_service_without_pdf_says_so(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.report.pdf._PACKAGES", ("no_such_package",))
    answer = browser.get("/desk/dossier/quay:1?format=pdf", follow_redirects=True)
    assert answer.status_code == 501
    assert "This service cannot write PDF." in answer.text


def test_a_picture_has_no_styles(browser: Client) -> None:
    answer = browser.get("/desk/network-file/svg/quay:1?hops=2&year=2012")
    assert answer.mimetype == "image/svg+xml"
    root = fromstring(answer.data)
    texts = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Nuno Salgado", PHONE, "Iron <b>Quay</b>"} <= set(texts)
    assert "2012" in texts[-1]
    assert not re.search(r"<style|style=|href|<script", answer.text)


def test_a_year_fades_what_is_not_in_force(browser: Client) -> None:
    page = browser.get("/desk/network/quay:3?hops=2&year=2009", follow_redirects=True).text
    # he is a member since 2010: nothing leads to the others
    assert page.count('class="tie off"') == 4
    assert 'aria-valuetext="2009"' in page
    assert "0 of 4 relations shown" in shown(browser, "/desk/network/quay:3?hops=2&year=2009")
    text = browser.get("/desk/network-file/graphml/quay:3?hops=2&year=2009").text
    assert "Nuno Salgado" in text
    assert "Blue Harbor" not in text
    assert "any year" in shown(browser, "/desk/network/quay:3?hops=2&year=1066")


def test_views_are_saved_listed_and_deleted(browser: Client, desk: Desk) -> None:
    token = csrf(browser)
    form = {"csrf": token, "entity": "quay:1", "title": "The <i>quay</i>", "note": "Ask the port"}
    saved = browser.post("/desk/views?hops=2&expand=quay:g&year=2012", data=form)
    assert saved.status_code == 303
    address = saved.headers["Location"]
    text = shown(browser, address)
    for words in ("The <i>quay</i>", "Ask the port", "Saved by amira", "Nuno Salgado"):
        assert words in text
    other = desk.signed_in("kim", UserRole.STEWARD)
    assert other.get(address).status_code == 404
    assert "There are none yet" in shown(other, "/desk/views")
    shared = browser.post("/desk/views", data={**form, "shared": "1"}).headers["Location"]
    assert "Saved by amira" in shown(other, shared)
    assert "Ask the port" in shown(other, "/desk/views")
    refused = other.post(f"{shared}/delete", data={"csrf": csrf(other)})
    assert (refused.status_code, "amira" in refused.text) == (400, True)
    for view in (address, shared):
        assert browser.post(f"{view}/delete", data={"csrf": token}).status_code == 303
        assert browser.get(view).status_code == 404
    assert "There are none yet" in shown(browser, "/desk/views")


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"title": " "}, 400), ({"entity": "quay:none"}, 404)],
)
def test_a_view_that_cannot_be_saved_is_refused(
    browser: Client, fields: dict[str, str], status: int
) -> None:
    form = {"csrf": csrf(browser), "entity": "quay:1", "title": "A view"}
    assert browser.post("/desk/views", data=form | fields).status_code == status
    # nor is a form of another session
    browser.post("/desk/views", data=form | {"csrf": "no"})
    assert "There are none yet" in shown(browser, "/desk/views")


def test_a_dossier_has_values_sources_grades_and_handling(browser: Client) -> None:
    text = shown(browser, "/desk/dossier/quay:5")
    for words in ("Handling H1", "Ξένια Παππά", "quay:5", "graded A (4x4) 2 (4x4), H1"):
        assert words in text
    assert "member of Blue Harbor Crew" in text
    assert "2027-01-31" in text


def test_groups_are_listed_and_shown(browser: Client) -> None:
    text = shown(browser, "/desk/groups?country=nl&activity=drugs&sort=agencies")
    assert "Blue Harbor Crew 4" in text
    assert "Netherlands (1)" in text
    text = shown(browser, "/desk/groups/quay:g")
    assert "Members over time" in text
    assert "Nuno Salgado member of driver from 2010" in text
    assert "3 members without dates are in no year" in text


def test_groups_are_compared(browser: Client) -> None:
    text = shown(browser, "/desk/group-matrix")
    assert "No two of these groups share members" in text
    assert "Of the 200 groups with most members, these are" in text


def test_links_across_crimes_are_listed(browser: Client) -> None:
    text = shown(browser, "/desk/crime-links?activity=drugs&kind=group")
    assert "1 link" in text
    assert "Blue Harbor Crew" in text
    assert "financed by ( banker ) Wilhelmina Oberst quay:2" in text
    # a crime that nobody looks for has no count; none is not zero
    assert re.search(r"terrorism (?!\d)", text)
    terrorism = shown(browser, "/desk/crime-links?activity=terrorism")
    assert "0 links" in terrorism
    assert "terrorism 0" in terrorism
    table = browser.get("/desk/crime-links?activity=drugs&format=csv")
    assert table.mimetype == "text/csv"
    assert ",corruption,Wilhelmina Oberst," in table.text


def test_shared_values_are_listed_by_type_and_holder(browser: Client) -> None:
    text = shown(browser, "/desk/shared-values")
    assert "1 shared value" in text
    assert "+31 20 555 0101 phone 2 Wilhelmina Oberst quay : quay:2 Pavel Novotny" in text
    assert "0 shared values" in shown(browser, "/desk/shared-values?kind=group")
    email = shown(browser, "/desk/shared-values?kind=&type=email")
    assert "email (0)" in email
    assert "0 shared values" in email
    table = browser.get("/desk/shared-values?format=csv")
    assert table.mimetype == "text/csv"
    assert ",Pavel Novotny,person,quay,quay:1" in table.text


def test_agencies_are_compared(browser: Client) -> None:
    assert "<5" in shown(browser, "/desk/overlap?kind=group")
    table = browser.get("/desk/overlap?format=csv")
    assert table.mimetype == "text/csv"


@pytest.mark.parametrize(
    "path", ["/desk/network/quay:none", "/desk/groups/quay:none", "/desk/dossier/quay:none"]
)
def test_an_unknown_id_is_said(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/desk/network/quay:1?hops=4", "Hops must be a whole number from 0 to 3"),
        ("/desk/network/quay:1?on=soon", "On must be"),
        ("/desk/network/quay:1?year=-5", "Year must be a whole number from 0 to 9999"),
        ("/desk/crime-links?from=x", "From must be a whole number"),
        ("/desk/groups?from=99999999", "From must be a whole number"),
        ("/desk/entities/quay:1?from=x", "From must be a whole number"),
    ],
)
def test_an_address_with_a_wrong_number_is_said(browser: Client, path: str, words: str) -> None:
    answer = browser.get(path, follow_redirects=True)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_page_of_an_entity_names_what_merged_it(desk: Desk, browser: Client) -> None:
    """What counted when two records were merged is on the page of the entity, with its weight."""
    with quick_symbols("resolver.matching.pipeline"):
        desk.service.hub.add(make_intake(generate_drivers_of_two_lists()))
    text = shown(browser, "/desk/entities/pier:p")
    assert "Merged with the help of relations" in text
    assert "pier:p · quay:p : Both driver in Blue Harbour Crew since 2014. +2.5" in text
    assert "Merged with the help of relations" not in shown(browser, "/desk/entities/pier:g0")
