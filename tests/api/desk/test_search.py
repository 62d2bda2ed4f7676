"""Search page: facets that narrow, pages, reasons in a sentence."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.api.desk import world
from tests.api.desk.conftest import Client, Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def browser(busy: Desk) -> Client:
    """Return the browser of a steward at a desk with many persons."""
    busy.service.warm()
    return busy.signed_in("amira")


def count_found(page: str) -> int:
    """Return the number of entities that a page says it found."""
    if "No listed entity has these words" in page:
        return 0
    match = re.search(r"([\d,]+) entit(?:y|ies) found", " ".join(page.split()))
    assert match, page[-2000:]
    return int(match[1].replace(",", ""))


def facet_links(page: str) -> list[tuple[str, int]]:
    """Return address and count of each value that narrows the search."""
    chips = re.findall(r'<a class="chip" href="([^"]+)">(.*?)</a>', page, re.DOTALL)
    return [
        (unescape(address), int(re.findall(r"([\d,]+)</span>", text)[-1].replace(",", "")))
        for address, text in chips
    ]


def test_every_facet_finds_as_many_as_it_says(browser: Client) -> None:
    page = browser.get("/desk/search?q=ali").text
    links = facet_links(page)
    assert len(links) > 3
    for address, count in links:
        narrowed = browser.get(address).text
        assert count_found(narrowed) == count <= count_found(page)
        back = re.search(r'<a class="chip chosen" href="([^"]+)"', narrowed)
        assert back
        assert count_found(browser.get(unescape(back[1])).text) == count_found(page)


def test_pages_show_all_that_is_found_once(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.desk.search._MAX_MATCHES", 2)
    address, entity_ids = "/desk/search?q=ali", []
    while address:
        page = browser.get(address).text
        entity_ids += re.findall(r'<h2>\s*<a href="/desk/entities/([^"]+)"', page)
        following = re.search(r'<a class="button" href="([^"]+)">Next</a>', page)
        address = unescape(following[1]) if following else ""
    assert len(entity_ids) == len(set(entity_ids)) == count_found(page) > 4


def test_an_unknown_filter_is_named_and_nothing_is_lost(browser: Client) -> None:
    page = browser.get("/desk/search?q=ali&filter=odd:1&filter=countries").text
    assert "There is no filter odd:1, countries." in page
    assert count_found(page) == count_found(browser.get("/desk/search?q=ali").text)
    assert count_found(browser.get("/desk/search?q=ali&filter=datasets:nowhere").text) == 0


def test_a_match_begins_with_its_reasons_in_a_sentence(browser: Client) -> None:
    name = f"{world.word(1)}+{world.word(38)}"
    page = browser.get(f"/desk/search?name={name}&birthDate=1951").text
    assert re.search(r'<p class="summary">Same name[^<]*\.</p>', page)


def test_fields_that_cannot_be_read_are_named(browser: Client) -> None:
    query = f"name={world.word(1)}&birthDate=soon&nationality=Nowhereland&country=ru"
    page = browser.get(f"/desk/search?{query}").text
    notes = [
        " ".join(re.sub(r"<[^>]*>", "", note).split())
        for note in re.findall(r'<p class="note warn">(.*?)</p>', page, re.DOTALL)
    ]
    assert notes == [
        "Birth date “soon” was not compared: it cannot be read. Write it as in 1962-05-01.",
        "Nationality “Nowhereland” was not compared: it cannot be read. "
        "Write it as in Russia or ru.",
    ]


def test_a_text_that_cannot_be_compared_is_refused_in_words(browser: Client) -> None:
    answer = browser.get("/desk/search?name=" + "A" * 120)
    assert answer.status_code == 422
    assert "This cannot be compared: its name has a word of more than 100 letters" in answer.text
    assert "query &#39;q&#39;" not in answer.text


def test_a_result_shows_first_what_was_typed(browser: Client, busy: Desk) -> None:
    rows = [row for row in world.records() if row.addresses and row.addresses[0].city]
    city = rows[0].addresses[0].city
    page = browser.get(f"/desk/search?q={city}").text
    results = page.split("<h2>")[1:]
    with_address = [text for text in results if "<dt>Address</dt>" in text]
    assert with_address
    for text in with_address:
        first = re.search(r"<dt>Address</dt>\s*<dd>.*?<bdi[^>]*>(.*?)</bdi>", text, re.DOTALL)
        assert first
        assert city in unescape(first[1])
    # an address that states nothing typed is not shown
    name = rows[0].caption.split()[-1]
    assert "<dt>Address</dt>" not in browser.get(f"/desk/search?q={name}").text


def test_words_that_are_only_alike_are_said_to_be(browser: Client) -> None:
    name = next(
        word
        for row in world.records()
        for word in row.caption.split()
        if word.isascii() and word.isalpha() and len(word) >= 6
    )
    alike = "None states a word as typed"
    assert alike not in browser.get(f"/desk/search?q={name}").text
    assert alike not in browser.get(f"/desk/search?q={name[:-2]}").text
    changed = f"{name[:3]}q{name[4:]}"
    page = browser.get(f"/desk/search?q={changed}").text
    assert count_found(page)
    assert alike in page
    assert "found by a word like it" in page
    assert name.lower() in re.findall(r"found by a word like it:.*?</p>", page, re.DOTALL)[0]
