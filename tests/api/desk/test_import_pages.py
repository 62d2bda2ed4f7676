"""Import of a list step by step, in a browser without script: sheets, columns, preview, sending."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from resolver.api.desk import batch_pages
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder, run_next_job
from resolver.lists.formats.tabular import table_files
from resolver.lists.formats.tabular.mapping import FixedText, load_mapping
from resolver.lists.io import text_lines
from resolver.store import UserRole
from tests.api.desk.conftest import (
    PASSWORD,
    Client,
    Desk,
    DeskFactory,
    csrf,
    sign_in,
    without_tokens,
)
from tests.hub.hubs import OPTIONS
from tests.lists.samples import write_ftm
from tests.lists.workbooks import worksheet_xml, write_xlsx
from tests.matching.preparing import quick_symbols

pytestmark = pytest.mark.slow

TABLE = (
    "Akte;Wer;mail;Tag;Bem\n"
    "A1;Olena Bondarenko;o@example.org;04.05.1981;x\n"
    "A2;Bohdan Kowal;b@example.org;23.05.1980;<b>y</b>\n"
    "A3;Irena Sokol;i@example.org;31.02.1970;z\n"
    "A4;;;1971;\n"
    "A5;Too;many;1;2;3\n"
)
ANSWERS = {
    "source": "visitors",
    "kind": "person",
    "column0": "id",
    "column1": "name",
    "column2": "email",
    "column3": "birthDate",
}


def start(browser: Client, content: bytes | str, name: str, **extra: Any) -> Any:
    """Choose a file and return the answer."""
    data = content.encode() if isinstance(content, str) else content
    form = {"csrf": csrf(browser), "file": (io.BytesIO(data), name), **extra}
    return browser.post("/desk/batches/new", data=form, content_type="multipart/form-data")


def send(browser: Client, address: str, **form: str) -> Any:
    return browser.post(address, data={"csrf": csrf(browser), **form})


def chosen_meanings(page: str) -> dict[str, str]:
    """Return the meaning that a page proposes for each column."""
    meanings = {}
    for column, body in re.findall(
        r'aria-label="Meaning of ([^"]+)".*?>(.*?)</select>', page, re.S
    ):
        match = re.search(r'<option value="([^"]+)" selected', body)
        meanings[unescape(column)] = match[1] if match else ""
    return meanings


def test_a_table_of_unknown_columns_is_mapped_previewed_and_sent(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    columns = start(browser, TABLE, "besucher.csv").headers["Location"]
    page = browser.get(columns).text
    assert chosen_meanings(page)["Akte"] == "id"
    assert chosen_meanings(page)["mail"] == "email"
    assert ("Bohdan Kowal" in page, "&lt;b&gt;y" in page, 'value="besucher"' in page) == (True,) * 3
    # an answer that cannot be read shows the form again as it was filled in
    wrong = send(browser, columns, **{**ANSWERS, "column1": ""})
    assert wrong.status_code == 422
    assert "No column is the name" in wrong.text
    assert 'value="visitors"' in wrong.text
    wrong = send(browser, columns, **{**ANSWERS, "source": "not a name"})
    assert (wrong.status_code, "This short name cannot be used" in wrong.text) == (422, True)
    assert send(browser, columns, **{**ANSWERS, "column4": "nonsense"}).status_code == 422
    preview = send(browser, columns, **ANSWERS).headers["Location"]
    page = browser.get(preview).text
    assert "visitors:A1" in page
    assert re.search(r"<dt>Birth date</dt>\s*<dd><bdi dir=\"auto\">1981-05-04", page)
    assert "the row has 6 cells where the header has 5" in page
    assert "there is no 1970-02-31" in page
    # the form keeps the answers
    assert chosen_meanings(browser.get(columns).text)["Wer"] == "name"
    batch = send(browser, preview.replace("preview", "send")).headers["Location"]
    assert "besucher.csv" in browser.get(batch).text
    with quick_symbols("resolver.matching.pipeline"), Hub.open(desk.url, OPTIONS) as hub:
        assert run_next_job(hub, jobs_folder(hub.store), run_batch_job) is not None
    done = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get(batch).text))
    assert "Records read 4 " in done, done
    assert browser.get("/desk/entities/visitors:A2").status_code in (200, 302, 303)
    # what was sent is no draft any more
    assert browser.get(preview).status_code == 404
    assert send(browser, preview.replace("preview", "send")).status_code == 404


def test_a_stated_encoding_is_kept_to_the_run(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    content = "name,dob\n王小明,1970-02-03\n".encode("big5")
    refused = start(browser, content, "names.csv", encoding="klingon")
    assert (refused.status_code, "is not an encoding of text" in refused.text) == (422, True)
    columns = start(browser, content, "names.csv", encoding="Big5").headers["Location"]
    assert "王小明" in browser.get(columns).text
    form = {"source": "names", "kind": "person", "column0": "name", "column1": "birthDate"}
    preview = send(browser, columns, **form).headers["Location"]
    assert "王小明" in browser.get(preview).text
    batch = send(browser, preview.replace("preview", "send")).headers["Location"]
    with quick_symbols("resolver.matching.pipeline"), Hub.open(desk.url, OPTIONS) as hub:
        assert run_next_job(hub, jobs_folder(hub.store), run_batch_job) is not None
    assert "Records read" in browser.get(batch).text


def write_workbook(folder: Path) -> bytes:
    formula = '<c r="REF" t="str"><f>A2</f><v>saved value</v></c>'
    people = [["Name", "Birth date", "Note"], ["Olena Bondarenko", "1981-02-03", formula]]
    worksheets = {
        "Visitors": worksheet_xml(people),
        "Ships": worksheet_xml([["Vessel name", "IMO"], ["MV Heron", "9074729"]]),
        "About": worksheet_xml([["text"], ["nothing of use"]]),
    }
    return write_xlsx(folder / "book.xlsx", worksheets).read_bytes()


def test_a_workbook_asks_for_its_worksheet(desk: Desk, tmp_path: Path) -> None:
    browser = desk.signed_in("amira")
    pages = start(browser, write_workbook(tmp_path), "book.xlsx").headers["Location"]
    page = browser.get(pages).text
    assert re.findall(r'name="worksheet" value="([^"]*)"', page) == [
        "Visitors",
        "Ships",
        "About",
        "",
    ]
    assert "Vessel name" in page
    assert send(browser, pages, worksheet="Nowhere").status_code == 422
    columns = send(browser, pages, worksheet="Ships").headers["Location"]
    assert "MV Heron" in browser.get(columns).text
    # another sheet may be chosen afterwards
    columns = send(browser, pages, worksheet="Visitors").headers["Location"]
    page = browser.get(columns).text
    assert "saved value" in page
    assert "Formulas are read as the values that were last saved" in page
    form = {"source": "book", "kind": "person", "column0": "name", "column1": "birthDate"}
    preview = send(browser, columns, **form).headers["Location"]
    page = browser.get(preview).text
    assert ("Olena Bondarenko" in page, "MV Heron" in page) == (True, False)
    batch = send(browser, preview.replace("preview", "send")).headers["Location"]
    assert "book.xlsx: Visitors" in browser.get(batch).text


def test_all_sheets_are_read_by_their_own_columns(desk: Desk, tmp_path: Path) -> None:
    browser = desk.signed_in("amira")
    pages = start(browser, write_workbook(tmp_path), "book.xlsx").headers["Location"]
    preview = send(browser, pages, worksheet="").headers["Location"]
    page = browser.get(preview).text
    assert "Olena Bondarenko" in page
    assert "About" in page


def test_a_known_format_needs_no_columns(desk: Desk, tmp_path: Path) -> None:
    browser = desk.signed_in("amira")
    path = write_ftm(tmp_path)
    preview = start(browser, path.read_bytes(), path.name).headers["Location"]
    assert preview.endswith("/preview")
    page = browser.get(preview).text
    assert "in the whole list" in page
    assert "Change the columns" not in page
    batches = send(browser, preview.replace("preview", "discard")).headers["Location"]
    assert browser.get(batches).status_code == 200
    assert browser.get(preview).status_code == 404


def test_files_that_cannot_be_read_are_answered(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    for content, name, words in (
        (protected + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "protected by a password"),
        (protected, "a.xls", "Excel 97 to 2003"),
        (b"", "a.csv", "Nothing was sent"),
    ):
        answer = start(browser, content, name)
        assert answer.status_code in (400, 422)
        assert words in answer.text
    assert start(browser, TABLE, "a.csv", format="klingon").status_code == 422
    preview = start(browser, b"<html><p>no list</p></html>", "a.html").headers["Location"]
    page = browser.get(preview).text
    assert "This file cannot be read as a list." in page
    # advice for a command line helps nobody here
    assert "--" not in without_tokens(page)
    assert "Send as a batch" not in page


def test_a_table_without_rows_leads_back_to_the_upload(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    columns = start(browser, b"name,dob\n", "a.csv").headers["Location"]
    answer = browser.get(columns)
    assert answer.status_code == 422
    assert re.search(r"[Tt]he table has a header and no rows\.?\s+Nothing was sent", answer.text)
    assert 'type="file"' in answer.text
    assert browser.get(columns).status_code == 404


def as_json_array(text: str) -> bytes:
    head, *rows = (line.split(";") for line in text.splitlines())
    return json.dumps([dict(zip(head, row, strict=True)) for row in rows]).encode()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("long.csv", str.encode),
        ("long.csv.gz", lambda text: gzip.compress(text.encode())),
        ("long.json", as_json_array),
    ],
)
def test_a_long_table_is_previewed_by_its_beginning(
    desk: Desk, name: str, pack: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_pages, "_DATE_ROWS", 1_000)
    monkeypatch.setattr(table_files, "CHUNK", 1_000)
    monkeypatch.setattr(text_lines, "BLOCK_CHARS", 20_000)
    browser = desk.signed_in("amira")
    rows = "".join(f"A{number};Olena Sokol;03/04/1981\n" for number in range(2_500))
    # a proof of the order far below, which the preview does not look for
    content = pack(f"Akte;Wer;Tag\n{rows}Z;Bohdan Kowal;04/23/1980\n")
    columns = start(browser, content, name).headers["Location"]
    form = {"column0": "id", "column1": "name", "column2": "birthDate"}
    preview = send(browser, columns, source="p", kind="person", **form).headers["Location"]
    page = browser.get(preview).text
    assert "p:A0" in page
    assert "at the beginning of the list" in page
    assert "1981-04-03" in page
    assert "would be rejected" not in page
    monkeypatch.setattr(batch_pages, "_DATE_ROWS", 0)
    assert "1981-03-04" in browser.get(preview).text


def test_any_column_of_a_wide_table_can_be_used(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    # those with a meaning stand far behind
    names = [f"c{number}" for number in range(300)] + ["Wer", "mail"]
    cells = ["x"] * 298 + ["4 Main Street", "x", "Olena Sokol", "o@example.org"]
    content = ";".join(names) + "\n" + ";".join(cells) + "\n"
    columns = start(browser, content, "wide.csv").headers["Location"]
    page = browser.get(columns).text
    shown = chosen_meanings(page)
    assert (shown["mail"], "c1" in shown, "c200" in shown) == ("email", True, False)
    assert "302 columns" in page
    assert '<option value="298">c298</option>' in page
    form = {"source": "wide", "kind": "person", "column300": "name", "column301": "email"}
    more = {"more1": "298", "more1meaning": "address"}
    refused = send(browser, columns, **{**form, **more, "column300": ""})
    assert (refused.status_code, '<option value="298" selected>' in refused.text) == (422, True)
    preview = send(browser, columns, **form, **more).headers["Location"]
    page = browser.get(preview).text
    assert all(text in page for text in ("Olena Sokol", "o@example.org", "4 Main Street"))
    assert chosen_meanings(browser.get(columns).text)["c298"] == "address"


def test_a_mapping_file_fills_in_the_form(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    text = (
        "id: Akte\nkind: group\nsource: firms\nagency: Border police\n"
        "properties:\n  name: Wer\n  address.city: Bem\n"
    )
    mapping = (io.BytesIO(text.encode()), "m.yml")
    columns = start(browser, TABLE, "besucher.csv", mapping=mapping).headers["Location"]
    page = browser.get(columns).text
    assert chosen_meanings(page)["Bem"] == "address.city"
    assert 'value="group" selected' in page
    form = {"source": "firms", "kind": "group", "column0": "id", "column1": "name"}
    preview = send(browser, columns, **form).headers["Location"]
    assert "firms:A1" in browser.get(preview).text
    damaged = (io.BytesIO(b"properties: [\n"), "m.yml")
    refused = start(browser, TABLE, "besucher.csv", mapping=damaged)
    assert (refused.status_code, "is not YAML" in refused.text) == (422, True)
    folder = next(desk.service.jobs_dir.glob(f"{preview.split('/')[4]}/input"))
    (saved,) = folder.glob("*.mapping.yml")
    assert "Border police" in saved.read_text("utf-8")


RESTRICTED = (
    "id;name;code;gang\nR1;Olena Bondarenko;H3;Guild Xavier\nR2;Bohdan Kowal;H0;Guild Yankee\n"
)


@pytest.mark.parametrize("accepts", [False, True])
def test_handling_codes_are_previewed_as_they_will_be_taken(
    make_desk: DeskFactory, accepts: bool
) -> None:
    browser = make_desk(accept_restricted=accepts).signed_in("amira")
    table = RESTRICTED.replace("code", "Handling code")
    columns = start(browser, table, "tafel.csv").headers["Location"]
    assert chosen_meanings(browser.get(columns).text)["Handling code"] == "handling"
    answers = {"source": "tafel", "column0": "id", "column1": "name", "column2": "handling"}
    preview = send(browser, columns, kind="person", **answers).headers["Location"]
    page = browser.get(preview).text
    is_refused = "its handling code is H3" in page
    assert ("<dt>Name</dt>" in page, is_refused) == (True, not accepts)
    assert ("Olena Bondarenko" in page) == accepts
    assert chosen_meanings(browser.get(columns).text)["Handling code"] == "handling"


def test_a_mapping_file_keeps_what_the_form_does_not_ask(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    text = (
        "id: id\nkind: person\nsource: tafel\nhandling: code\nproperties: {name: name}\n"
        "relations:\n  - {type: member of, name: gang}\n"
        "handling_facts: {subjectCategory: {text: victim}}\n"
    )
    mapping = (io.BytesIO(text.encode()), "m.yml")
    columns = start(browser, RESTRICTED, "tafel.csv", mapping=mapping).headers["Location"]
    assert chosen_meanings(browser.get(columns).text)["code"] == "handling"
    form = {"source": "tafel", "kind": "person", "column0": "id", "column1": "name"}
    preview = send(browser, columns, **form, column2="handling").headers["Location"]
    page = browser.get(preview).text
    assert ("Guild Xavier" in page, "Guild Yankee" in page) == (False, True)
    (path,) = (desk.service.jobs_dir / columns.split("/")[4]).rglob("*.mapping.yml")
    assert load_mapping(path).handling_facts == {"subjectCategory": FixedText(text="victim")}
    # a column that the form no longer uses leaves the mapping
    send(browser, columns, **form)
    assert "Guild Xavier" in browser.get(preview).text


def test_columns_that_state_facts_of_a_handling_keep_them(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    table = "id,name,subject_category\nV1,Olena Bondarenko,victim\n"
    columns = start(browser, table, "seen.csv").headers["Location"]
    assert chosen_meanings(browser.get(columns).text).get("subject_category", "") == ""
    send(browser, columns, source="seen", kind="person", column0="id", column1="name")
    folder = desk.service.jobs_dir / columns.split("/")[4]
    (path,) = folder.rglob("*.mapping.yml")
    assert load_mapping(path).handling_facts == {"subjectCategory": "subject_category"}


def test_drafts_belong_to_one_user_and_do_not_stay(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    columns = start(browser, TABLE, "besucher.csv").headers["Location"]
    desk.store.users.add("ben", UserRole.STEWARD, "Coast", PASSWORD)
    other = desk.browser()
    sign_in(other, "ben")
    assert other.get(columns).status_code == 404
    assert send(other, columns, **ANSWERS).status_code == 404
    viewer = desk.signed_in("vera", UserRole.VIEWER)
    assert viewer.get(columns).status_code == 403
    assert browser.get("/desk/batches/new/..%2F..%2Fetc/columns").status_code == 404
    # a day later the next import removes it
    state = desk.service.jobs_dir / columns.split("/")[4] / "draft.json"
    old = time.time() - 25 * 3_600
    os.utime(state, (old, old))
    start(browser, TABLE, "besucher.csv")
    assert not state.parent.exists()


def test_a_dry_run_shows_what_would_change_and_the_list_can_still_be_sent(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    columns = start(browser, TABLE, "visitors.csv").headers["Location"]
    preview = send(browser, columns, **ANSWERS).headers["Location"]
    assert "See what would change" in browser.get(preview).text
    address = send(browser, preview.replace("/preview", "/send"), dry_run="1").headers["Location"]
    with Hub.open(desk.store.url, OPTIONS) as hub, quick_symbols("resolver.matching.pipeline"):
        assert run_next_job(hub, jobs_folder(hub.store), run_batch_job) is not None
    page = browser.get(address).text
    assert "Nothing is committed yet" in page
    assert "This list would not be held" in page
    assert "Olena Bondarenko" in page
    assert preview in page
    changes = browser.get(f"{address}/changes?change=added")
    assert "records added" in changes.text
    table = browser.get(f"{address}/changes?as=csv").text
    assert table.splitlines()[1].startswith("added,visitors,visitors:A1,Olena Bondarenko")
    # the list itself is still there to be sent
    sent = send(browser, preview.replace("/preview", "/send")).headers["Location"]
    assert sent != address
    assert "Go on with the list" not in browser.get(address).text


def test_a_held_list_has_its_buttons_before_what_it_would_change(desk: Desk) -> None:
    browser = desk.signed_in("amira")
    rows = [f"A{number};Ida {number}ssen;;19{number + 40}-02-03;" for number in range(30)]
    with Hub.open(desk.store.url, OPTIONS) as hub, quick_symbols("resolver.matching.pipeline"):
        for count in (30, 5):
            table = "\n".join(["Akte;Wer;mail;Tag;Bem", *rows[:count], ""])
            columns = start(browser, table, "visitors.csv").headers["Location"]
            preview = send(browser, columns, **ANSWERS).headers["Location"]
            send_address = preview.replace("/preview", "/send")
            address = send(browser, send_address, complete="1").headers["Location"]
            assert run_next_job(hub, jobs_folder(hub.store), run_batch_job) is not None
    page = browser.get(address).text
    assert "This list is held until somebody accepts it" in " ".join(page.split())
    assert 0 < page.index("Accept the batch") < page.index("visitors:A10")
    assert "This list is held until" in " ".join(browser.get(f"{address}/changes").text.split())
