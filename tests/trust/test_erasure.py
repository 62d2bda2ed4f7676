"""Erasure of records: nothing of them is found in any file of a store, whatever was done to it."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.cli.app import run
from resolver.errors import InputError, ReusedIdError, StoreError
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.ownership import RecordOwner
from resolver.network.workbench import ViewDraft, save_view
from resolver.records.decisions import Decision, Verdict
from resolver.records.record import Handling
from resolver.records.visibility import OPERATOR, Viewer
from resolver.screening import build_subject, give_verdict, read_expiry, screen_subjects
from resolver.screening.jobs import SCREENING_JOB
from resolver.screening.watch import add_watch
from resolver.store import ContactState, HitVerdict, Store, erased_values, utc_text
from resolver.store.erasures import ErasureState
from resolver.trust import erasure as erasures
from resolver.trust.audit_chain import find_accesses
from tests.hub.hubs import NOON, OPTIONS, make_intake
from tests.records.samples import record

ADDRESS = "Calle Mogrovejo 12, Arequipa"
GONE = record(
    "coast:77-1",
    name="Anselmo Huancavelica",
    birthDate="1962-02-11",
    passportNumber="A4419207",
    address=ADDRESS,
)
OLDER = record("coast:77-1", name="Anselmo Huancavelicas", birthDate="1962-02-11")
TWIN = record("port:5", name="Anselmo Huancavelica", birthDate="1962-02-11")
OTHER = record("port:6", name="Berta Quispe", birthDate="1971-05-03", passportNumber="B7730121")
FILED: Mapping[str, Any] = {
    "purpose": "the lawyer of A4419207",
    "query": {"file": "Huancavelicas_Anselmo.pdf"},
}
"""Purpose and file name that name the person."""
H3 = Handling("Coast", "H3")
TEXTS = ("Huancavelicas", "A4419207", "a4419207", "Mogrovejo", "coast:77-1")


def stored_bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def found(folder: Path) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, content in stored_bytes(folder).items()
        for text in TEXTS
        if text.encode() in content
    ]


def fill(hub: Hub) -> None:
    """Add versions of records, decide, and look the person up."""
    hub.add(make_intake([OLDER]))
    hub.add(make_intake([GONE, TWIN, OTHER]))
    decision = Decision("coast:77-1", "port:6", Verdict.DIFFERENT, "ada", NOON, "A4419207 is his")
    hub.decide([decision])
    case = hub.store.contacts.ask(
        *("R-1", "coast:77-1"),
        owner="Coast",
        asker="agency Lake",
        who="lee",
        question="He has a scar and A4419207.",
    )
    hub.store.contacts.answer(case.id, ContactState.ANSWERED, "The scar is his.", who="ada")
    row = {"who": "desk", "agency": "", "purpose": "p", "request_id": "", "version": 2, "model": ""}
    with hub.store.view() as view:
        stored = [view.entity(name) for name in ("coast:77-1", "port:6")]
        ids = [row.id for row in stored if row is not None]
    hub.store.audit_events.append(
        [
            {**row, "action": "check", "query": {"name": "huancavelicas, Anselmo"}, "answer": {}},
            {**row, "action": "entity", "query": {"id": "coast:77-1"}, "answer": {"seen": ids}},
            {**row, "action": "check", "query": {"name": "Berta Quispe"}, "answer": {"seen": ids}},
            {**row, **FILED, "action": "list", "answer": {}},
        ]
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    with Hub.open(f"sqlite:///{folder}/hub.db", OPTIONS, min_file_records=1) as opened:
        fill(opened)
    return folder


@pytest.fixture
def hub(filled: Path, tmp_path: Path) -> Iterator[Hub]:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    with Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS, min_file_records=1) as opened:
        yield opened


def ask(hub: Hub, *ids: str) -> Any:
    return erasures.ask_for_erasure(hub.store, ids, "court order", who="ada", confirmed=True)


def test_nothing_of_an_erased_record_is_in_any_file(hub: Hub, tmp_path: Path) -> None:
    jobs = tmp_path / "hub.db.jobs"
    (jobs / "1" / "result").mkdir(parents=True)
    (jobs / "1" / "result" / "entities.csv").write_text(ADDRESS)
    (jobs / "2").mkdir()
    (jobs / "2" / "other.csv").write_text("Berta Quispe")
    assert {text for _, text in found(tmp_path)} == {*TEXTS} - {"a4419207"}
    result = erasures.erase(hub, ask(hub, "coast:77-1"), jobs)
    assert (result.waits, result.erasure.state) == ((), ErasureState.DONE)
    assert "Anselmo Huancavelica" in result.shared
    assert found(tmp_path) == []
    assert (jobs / "2" / "other.csv").exists()
    assert hub.store.audit_events.verify().faults == []
    assert result.erasure.proof["notes"] == []
    [listed] = hub.store.audit_events.list(actions=["list"])
    assert (listed.purpose, listed.query) == ("", {})
    assert {row.purpose for row in hub.store.audit_events.list(actions=["check"])} == {"p"}
    with hub.store.view() as view:
        assert view.entity("coast:77-1") is None
        assert view.entity("port:5") is not None
        # the decision is one on a record that was erased
        (stored,) = view.decisions(["port:6"])
        assert stored.decision.left_id == result.erasure.records[0]
        assert stored.decision.reason == ""
        assert view.record_versions(result.erasure.records[0])[0].record.values == ()
    # a request stays with the agency that has asked, without what it says of the person
    (case,) = hub.store.contacts.list(10, asker="agency Lake")
    assert (case.record_id, case.question, case.answer) == (result.erasure.records[0], "", "")
    # those who were shown others by the same events are still known
    accesses = find_accesses(hub.store, ["port:6"])
    assert [row.event.action for row in accesses] == ["entity", "check"]
    # all entry points go on
    assert Screener(hub).snapshot_for(OPERATOR).entity_count == 2
    hub.add(make_intake([record("port:8", name="Carla Mamani")]))
    assert found(tmp_path) == []


def test_single_values_are_erased_and_the_record_stays(hub: Hub, tmp_path: Path) -> None:
    jobs = tmp_path / "hub.db.jobs"
    files = {"1": ADDRESS, "2": "1962-02-11", "3": "1962-02-11,Anselmo Huancavelica"}
    for name, text in files.items():
        (jobs / name).mkdir(parents=True)
        (jobs / name / "list.csv").write_text(text)
    row = {"who": "desk", "agency": "", "purpose": "p", "request_id": "", "version": 2, "model": ""}
    asked = {"name": "Huancavelica, Anselmo", "birthDate": "1962-02-11"}
    plain = {"name": "Berta Quispe", "birthDate": "1962-02-11"}
    hub.store.audit_events.append(
        [{**row, "action": "match", "query": query, "answer": {}} for query in (asked, plain)]
    )
    wanted = ["passportNumber=a 4419207", "address", "birthDate=1962-02-11"]
    erasure = erasures.ask_for_erasure(
        hub.store, ["coast:77-1"], "court order", who="ada", confirmed=True, values=wanted
    )
    result = erasures.erase(hub, erasure, jobs)
    assert (result.waits, result.erasure.state) == ((), ErasureState.DONE)
    assert len(result.erasure.value_keys) == 3
    assert {text for _, text in found(tmp_path)} == {"Huancavelicas", "coast:77-1"}
    assert sorted(path.parent.name for path in jobs.rglob("*.csv")) == ["2"]
    assert hub.store.audit_events.verify().faults == []
    events = hub.store.audit_events.list(actions=["match", "entity"])
    assert [event.query for event in events] == [{"id": "coast:77-1"}, {}, plain]
    with hub.store.view() as view:
        versions = view.record_versions("coast:77-1")
        (stored,) = view.decisions(["port:6"])
        twin = view.record("port:5")
    assert [v.record.texts("birthDate") for v in versions] == [(), (), ()]
    assert versions[-1].record.texts("name") == ("Anselmo Huancavelica",)
    assert (versions[-1].valid_to, versions[-1].record.identifiers) == (None, ())
    assert stored.decision.reason == "[erased] is his"
    assert twin is not None
    assert twin.record.texts("birthDate") == ("1962-02-11",)
    # a list or a post that sends the values again is taken without them
    note = "coast: 1 record of this list taken without values"
    assert any(row.startswith(note) for row in hub.add(make_intake([GONE, OTHER])).notes)
    assert hub.add(make_intake([versions[-1].record])).notes == ()
    posts = GroupCommit(hub)
    assert posts.post(GONE).is_shortened
    assert not posts.post(versions[-1].record).is_shortened
    with hub.store.view() as view:
        assert view.record("coast:77-1") == versions[-1]
    # whoever may not know that there was such a record does not learn it from a post
    hidden = replace(record("lake:1", name="Fela Ticona", phone="+44 20 7946 0333"), handling=H3)
    hub.add(make_intake([hidden]))
    asked_too = erasures.ask_for_erasure(
        hub.store, ["lake:1"], "r", who="ada", confirmed=True, values=["phone"]
    )
    assert erasures.erase(hub, asked_too).waits == ()
    assert posts.post_admitted(hidden).is_shortened
    hub.withdraw(["lake:1"])
    port = RecordOwner("k", "Port", may_change_all=False)
    assert not posts.post(replace(hidden, handling=Handling()), port).is_shortened
    assert "A4419207" not in {text for _, text in found(tmp_path)}


def test_an_erased_number_is_left_in_no_spelling(hub: Hub, tmp_path: Path) -> None:
    """Clearances, watches, saved views, requests and the log hold values as people spell them."""
    stated: Mapping[str, Any] = {"phone": "+44 20 7946 0111", "passportNumber": "AX 558 1034"}
    gone = record("coast:88", name="Fela Ticona", address=ADDRESS, **stated)
    hub.add(make_intake([gone]))
    lake, expires = Viewer("lee", "Lake", frozenset({"submit"})), read_expiry("")
    asked = record("people:1", name="Fela Ticona", passportNumber="AX5581034", address=ADDRESS)
    found_hits = screen_subjects(Screener(hub), [build_subject(asked)], MatchQuery(10, viewer=lake))
    (hit,) = found_hits.hits
    add_watch(hub.store, lake, "crew", expires, found_hits)
    other = replace(hit, records=("coast:77-1", "port:6"))
    for cleared in (hit, other):
        give_verdict(
            hub.store,
            cleared,
            HitVerdict.CLEARED,
            owner="agency Lake",
            who="lee",
            reason="his phone is 44-20-7946-0111",
            expires=expires,
        )
    note = "phone +442079460111 or 0044 20 7946 0111, passport ax 5581034"
    save_view(hub, "lee", lake, ViewDraft("442079460111", note, "coast:88", {}, is_shared=False))
    parties: Mapping[str, Any] = {"owner": "Coast", "asker": "agency Lake", "who": "lee"}
    hub.store.contacts.ask("R-2", "coast:88", question=f"Is this his: {note}?", **parties)
    row = {"who": "desk", "agency": "", "purpose": "p", "request_id": "", "version": 2, "model": ""}
    query = {"phone": "+442079460111"}
    hub.store.audit_events.append([{**row, "action": "match", "query": query, "answer": {}}])
    jobs = tmp_path / "hub.db.jobs"
    sent = {
        "plain": b"id,phone\n1,0044 (20) 79.46-01 11\n",
        "wide": "Ax 55-81034".encode("utf-16"),
        "packed": gzip.compress(b"passport ax/558 1034"),
        "longer": b"0044 20 7946 01112; 1.442079460111",
        "in_two": b"+44 20 7946; 0111",
    }
    for name, content in sent.items():
        (jobs / name).mkdir(parents=True)
        (jobs / name / "list.csv").write_bytes(content)
    erasure = erasures.ask_for_erasure(
        hub.store, ["coast:88"], "r", who="ada", confirmed=True, values=[*stated, "address"]
    )
    result = erasures.erase(hub, erasure, jobs)
    assert (result.waits, result.erasure.state) == ((), ErasureState.DONE)
    assert {path.parent.name for path in jobs.rglob("*.csv")} == {"longer", "in_two"}
    shutil.rmtree(jobs)
    content = b"".join(stored_bytes(tmp_path).values()).lower()
    left = (b"7946 0111", b"79460111", b"7946-0111", b"558 1034", b"5581034", b"12 arequipa")
    # another record has this address, and a verdict on that record keeps it
    assert [text for text in left if text in content] == [b"12 arequipa"]
    with sqlite3.connect(str(hub.store.path)) as connection:
        rows = connection.execute("SELECT facts FROM hit_verdicts ORDER BY number").fetchall()
    gone_facts, kept_facts = (json.loads(facts) for (facts,) in rows)
    assert gone_facts == {"address": {}, "number": {}}
    assert [*kept_facts["address"]] == ["12 arequipa calle mogrovejo"]
    # a number that another record states in another spelling is left everywhere
    twins = [record("coast:89", name="Gema Apaza", phone="+44 20 7946 0222")]
    twins += [record("port:89", name="Hugo Mamani", phone="+44-20-7946-0222")]
    hub.add(make_intake(twins))
    erasure = erasures.ask_for_erasure(
        hub.store, ["coast:89"], "r", who="ada", confirmed=True, values=["phone"]
    )
    assert erasures.erase(hub, erasure).waits == ()


def test_notes_count_no_erasures_from_records_hidden_from_the_sender(hub: Hub) -> None:
    """One agency sends restricted records to the source of another one, and guesses its ids."""
    port = RecordOwner("k", "Port", may_change_all=False)
    own = replace(record("lake:9", name="Gema Apaza"), handling=Handling("Port", "H2"))
    sent = [
        record("lake:1", name="Fela Ticona", phone="+44 20 7946 0333"),
        record("lake:2", name="Hugo Mamani", phone="+44 20 7946 0444"),
    ]
    hub.add(make_intake([replace(row, handling=H3) for row in sent]))
    hub.add(make_intake([own]), owner=port)
    for ids, values in ((["lake:1"], ["phone"]), (["lake:2"], [])):
        asked = erasures.ask_for_erasure(
            hub.store, ids, "r", who="ada", confirmed=True, values=values
        )
        assert erasures.erase(hub, asked).waits == ()
    hub.withdraw(["lake:1"])
    hidden = make_intake([replace(row, handling=Handling("Port", "H2")) for row in sent])
    with_all = hub.add(hidden, dry_run=True)
    assert len([row for row in with_all.notes if "erased" in row or "erasure" in row]) == 2
    assert hub.add(hidden, owner=port).notes == ()
    # a record of an agency that knows nothing is taken, and can be erased, too
    for agency in ("Port", "Lake"):
        own = replace(sent[1], handling=Handling(agency, "H2"))
        owner = RecordOwner("k", agency, may_change_all=False)
        if agency == "Lake":
            GroupCommit(hub).post_admitted(own, owner)
        with hub.store.view() as view:
            assert view.seen_by(owner.viewer).entity("lake:2") is not None
        assert erasures.erase(hub, ask(hub, "lake:2")).waits == ()
        with pytest.raises(ReusedIdError):
            GroupCommit(hub).post_admitted(own, owner)


def test_values_that_cannot_be_erased_are_refused(hub: Hub) -> None:
    for value, text in (
        ("passportNumber=A4419208", "no value of these records"),
        ("phone", "no value of these records"),
        ("nonsense", "no value of these records"),
        ("name", "would have no name any more"),
    ):
        with pytest.raises(InputError, match=text):
            erasures.ask_for_erasure(hub.store, ["coast:77-1"], "r", who="ada", values=[value])


def test_a_record_whose_names_were_all_erased_is_not_taken(hub: Hub, tmp_path: Path) -> None:
    named = record("coast:80", name=["Fela Ticona", "Gema Apaza"], birthDate="1971-02-11")
    hub.add(make_intake([named]))
    place = tmp_path / "out"
    place.mkdir()
    older = record("coast:80", name="Gema Apaza", birthDate="1971-02-11")
    erasure = erasures.ask_for_erasure(
        hub.store, ["coast:80"], "r", who="ada", confirmed=True, values=["name=GEMA  APAZA"]
    )
    assert erasures.erase(hub, erasure).waits == ()
    result = hub.add(make_intake([older]))
    assert (result.new_count, result.outdated_ids) == (0, ("coast:80",))
    with pytest.raises(ReusedIdError, match="all names"):
        GroupCommit(hub).post(older)
    with hub.store.view() as view:
        stored = view.record("coast:80")
    assert stored is not None
    assert stored.record.texts("name") == ("Fela Ticona",)


def test_a_longer_id_of_another_record_is_left_as_it_is(hub: Hub, tmp_path: Path) -> None:
    longer = record("coast:77-1-b", name="Carla Rojas", birthDate="1981-05-03")
    hub.add(make_intake([longer]))
    reason = "coast:77-1, not coast:77-1-b"
    hub.decide([Decision("coast:77-1-b", "port:6", Verdict.SAME, "ada", NOON, reason)])
    assert erasures.erase(hub, ask(hub, "coast:77-1")).erasure.state is ErasureState.DONE
    with hub.store.view() as view:
        decision = view.decisions(["port:6"])[-1].decision
        assert decision.pair == ("coast:77-1-b", "port:6")
        assert decision.reason == "[erased], not coast:77-1-b"
    hub.rebuild()
    with hub.store.view() as view:
        stored = view.entity("port:6")
    assert stored is not None
    assert stored.records == ("coast:77-1-b", "port:6")


def test_the_record_is_refused_if_a_list_or_a_post_sends_it_again(hub: Hub, tmp_path: Path) -> None:
    (new_id,) = erasures.erase(hub, ask(hub, "coast:77-1")).erasure.records
    result = hub.add(make_intake([GONE, record("coast:78", name="Carla Mamani")]))
    assert (result.new_count, result.outdated_ids) == (1, ("coast:77-1",))
    assert any("1 record of this list refused" in note for note in result.notes)
    with pytest.raises(ReusedIdError, match="was erased"):
        GroupCommit(hub).post(GONE)
    with pytest.raises(ReusedIdError, match="was erased"):
        GroupCommit(hub).post(record(new_id, name="Dora Condori"))
    assert found(tmp_path) == []


def test_whoever_may_not_know_of_an_erased_record_learns_nothing(hub: Hub) -> None:
    hidden = replace(record("coast:90", name="Elsa Choque"), handling=Handling("Coast", "H3"))
    hub.add(make_intake([hidden]))
    erasures.erase(hub, ask(hub, "coast:90"))
    posts, other = GroupCommit(hub), RecordOwner("k", "Port", may_change_all=False)
    with hub.store.view() as view:
        assert view.seen_by(other.viewer).erased_ids(["coast:90"]) == set()
        own = RecordOwner("k", "Coast", may_change_all=False).viewer
        assert view.seen_by(own).erased_ids(["coast:90"]) == {"coast:90"}
    with pytest.raises(ReusedIdError, match="was erased"):
        posts.post_admitted(hidden)


def test_an_erasure_is_finished_after_a_kill_at_any_step(hub: Hub, tmp_path: Path) -> None:
    erasure = ask(hub, "coast:77-1")
    steps = ["withdraw", "_remove_index", "_remove_files", "_search"]
    for step in steps:
        with pytest.MonkeyPatch.context() as patch:
            target = hub if step == "withdraw" else erasures
            patch.setattr(target, step, _die)
            with pytest.raises(KeyboardInterrupt):
                erasures.erase(hub, erasure)
        assert hub.store.erasures.list(ErasureState.RUNNING) == [erasure]
        hub.add(make_intake([record(f"port:{step}", name="Carla Mamani")]))
    (result,) = erasures.erase_confirmed(hub)
    assert result.erasure.state is ErasureState.DONE
    assert found(tmp_path) == []
    assert erasures.erase_confirmed(hub) == []


def _die(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def test_a_batch_that_is_not_over_keeps_its_list(hub: Hub, tmp_path: Path) -> None:
    jobs = tmp_path / "hub.db.jobs"
    (jobs / "3" / "input").mkdir(parents=True)
    with gzip.open(jobs / "3" / "input" / "list.csv.gz", "wt") as file:
        file.write(f"id,address\n1,{ADDRESS}\n")
    job = hub.store.jobs.submit("batch", {"folder": "3", "label": "of 771"})
    erasure = ask(hub, "coast:77-1")
    result = erasures.erase(hub, erasure, jobs)
    assert [f"{job.id} is queued" in line for line in result.waits] == [True]
    assert result.erasure.state is ErasureState.RUNNING
    hub.store.jobs.cancel(job.id)
    (result,) = erasures.erase_confirmed(hub, jobs)
    assert (result.erasure.state, result.erasure.proof["files_removed"]) == (ErasureState.DONE, 1)
    assert list((jobs / "3" / "input").iterdir()) == []


def test_files_that_hold_no_value_of_the_record_stay(hub: Hub, tmp_path: Path) -> None:
    gone = record(
        "coast:36216", name=["Anna O'Brien", "Different", "Осип Брагин"], birthDate="1950-07-09"
    )
    hub.add(make_intake([gone]))
    hub.decide([Decision("port:5", "port:6", Verdict.DIFFERENT, "ada", NOON, "seen")])
    jobs = tmp_path / "hub.db.jobs"
    files = {
        "1/links.csv": "a,b,0.936216,2026-12-01T10:00:00.436216Z,0.436216,9336216ab",
        "2/list.csv": '7;"O\'Brien, Anna";9 July 1950',
        "3/report.html": "<p>Anna O&#39;Brien</p>",
        "4/hits.csv": "Berta Quispe,1950-07-09",
        "5/list.csv": "Berta Quispe,1950-07-09",
        "6/list.csv": "id,name\n36216,A. B.",
    }
    for name, text in files.items():
        (jobs / name).parent.mkdir(parents=True)
        (jobs / name).write_text(text)
    packed = {
        "2/broken.gz": gzip.compress(b"Anna O'Brien")[:-6],
        "2/cyrillic.csv": "Осип Брагин".encode("cp1251"),
        "2/damaged.gz": gzip.compress(b"none")[:10] + b"\xff" * 20,
    }
    for name, content in packed.items():
        (jobs / name).write_bytes(content)
    table = pa.table({"name": ["Berta Quispe"] * 500 + ["Anna O'Brien"] * 500})
    pq.write_table(table, jobs / "2" / "list.parquet", compression="zstd", use_dictionary=False)
    job = hub.store.jobs.submit(SCREENING_JOB, {"folder": "4", "label": "clients"})
    hub.store.jobs.cancel(job.id)
    result = erasures.erase(hub, ask(hub, "coast:36216"), jobs)
    assert result.erasure.state is ErasureState.DONE
    left = sorted(str(p.relative_to(jobs)) for p in jobs.rglob("*") if p.is_file())
    assert left == ["1/links.csv", "2/damaged.gz", "4/hits.csv"]
    # a value that is a word of the program does not break its rows
    assert "Different" in result.shared
    with hub.store.view() as view:
        assert {row.decision.verdict for row in view.decisions(["port:6"])} == {Verdict.DIFFERENT}


def test_many_texts_are_found_as_one_by_one_would_be() -> None:
    words = [f"{a}{b}{c}" for a in ("Ab", "aB", "Ez", "İz", "ß") for b in "xyé" for c in ("", " k")]
    words += ["a", "ab", "abx k l", *(f"{n}7" for n in range(30))]
    plain = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    expected = re.compile(rf"(?<!\w)(?:{plain})(?!\w)", re.IGNORECASE)
    text = "ABX K L, abxk; aby k ezÉ. İzx ßy 177 17 7, a-ab " + " ".join(words).swapcase()
    pattern = erased_values._pattern(erased_values._any_of(words))
    assert pattern.findall(text) == expected.findall(text)
    forms = [word.encode() for word in words]
    data = text.encode() + bytes(range(256))
    found = erased_values.ByteFinder(forms).find(data)
    assert {*found} == {form for form in forms if form in data}
    assert erased_values.ByteFinder([b"abcd"]).find(b"abc") == []


def test_a_worker_does_not_write_the_store_anew_while_an_erasure_waits(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = tmp_path / "hub.db.jobs"
    (jobs / "3").mkdir(parents=True)
    (jobs / "3" / "list.csv").write_text(ADDRESS)
    job = hub.store.jobs.submit("batch", {"folder": "3", "label": "of 771"})
    erasure = ask(hub, "coast:77-1")
    times = iter((0.0, 59.0, 61.0, 121.0, 182.0, 423.0))
    monkeypatch.setattr(erasures, "time", SimpleNamespace(monotonic=lambda: next(times)))
    runner = erasures.ErasureRunner(hub, jobs)
    assert len(runner.run_due()[0].waits) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasures, "_remove_index", _die)
        patch.setattr(erasures, "_rewrite", _die)
        tried = [len(runner.run_due()) for _ in range(4)]
        assert tried == [0, 1, 0, 1]
    hub.store.jobs.cancel(job.id)
    with pytest.MonkeyPatch.context() as patch:
        # a failure of one erasure does not stop the worker
        patch.setattr(Path, "unlink", _refuse)
        (failed,) = runner.run_due()
    assert failed.waits == ("not permitted",)
    (done,) = erasures.erase_confirmed(hub, jobs)
    assert done.erasure.state is ErasureState.DONE
    # another process that ends the erasure later leaves its proof
    assert hub.store.erasures.finish(erasure, {}).proof == done.erasure.proof


def _refuse(*_: Any, **__: Any) -> Any:
    raise PermissionError("not permitted")


def test_two_persons_are_needed_unless_the_keeper_of_the_store_erases(hub: Hub) -> None:
    store = hub.store
    asked = erasures.ask_for_erasure(store, ["coast:77-1"], "court order", who="ada")
    with pytest.raises(StoreError, match="another person"):
        erasures.erase(hub, asked)
    with pytest.raises(StoreError, match="asked for this erasure yourself"):
        store.erasures.confirm(asked.id, "ada")
    refused = store.erasures.refuse(asked.id, "bea")
    assert store.erasures.values(refused).ids == ()
    with pytest.raises(StoreError, match="refused already"):
        store.erasures.confirm(asked.id, "bea")
    for ids, reason, text in (
        (["coast:0"], "r", "never had a record"),
        # a list may have ids of its own that begin with the word
        (["coast:erased-0"], "r", "never had a record"),
        ([f"coast:erased-{'0a' * 16}"], "r", "was erased already"),
        (["port:6"], " ", "needs a reason"),
        ([], "r", "not 0"),
    ):
        with pytest.raises(InputError, match=text):
            erasures.ask_for_erasure(store, ids, reason, who="ada")


def test_commands_erase_and_restore_an_older_backup(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    store = ["--store", hub.store.url]
    backup, listed = str(place / "b"), str(place / "erased.json")
    assert run(["backup", *store, "--out", backup]) == 0
    assert run(["erase", "coast:77-1", "--reason", "court order", *store]) == 0
    out = capsys.readouterr().out
    assert all(text in out for text in ("1 record erased", "Found: 0."))
    assert run(["erase", "--list", listed, *store]) == 0
    assert "77-1" not in Path(listed).read_text()
    new = ["--store", f"sqlite:///{place}/new.db"]
    assert run(["restore", backup, *new, "--erasures", listed]) == 0
    saved = Path(backup).read_bytes()
    Path(backup).unlink()
    assert found(tmp_path) == []
    assert run(["status", *new, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["records"] == 2
    assert run(["audit", "verify", *new]) == 0
    assert run(["erase", *store]) == 2
    assert run(["restore", listed, *new, "--erasures", backup]) == 1
    foreign = place / "foreign.json"
    foreign.write_text(Path(listed).read_text().replace('"key": "', '"key": "other'))
    elsewhere = ["--store", f"sqlite:///{place}/elsewhere.db"]
    Path(backup).write_bytes(saved)
    assert run(["restore", backup, *elsewhere, "--erasures", str(foreign)]) == 1
    assert "of another store" in capsys.readouterr().err
    assert not (place / "elsewhere.db").exists()
    with Store.open(f"sqlite:///{place}/new.db") as restored:
        assert restored.erasures.list()[0].state is ErasureState.DONE


def test_an_older_backup_is_restored_without_erased_values(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    store = ["--store", hub.store.url]
    backup, listed = str(place / "b"), str(place / "erased.json")
    new = f"sqlite:///{place}/new.db"
    assert run(["backup", *store, "--out", backup]) == 0
    value = ["--value", "passportNumber", "--reason", "court order"]
    assert run(["erase", "--value", "phone", "--resume", *store]) == 2
    assert run(["erase", "coast:77-1", *value, *store]) == 0
    assert "1 value (passportNumber) of 1 record erased" in capsys.readouterr().out
    assert run(["erase", "--list", listed, *store]) == 0
    assert "0 erased records and 1 erased value: " in capsys.readouterr().out
    assert run(["restore", backup, "--store", new, "--erasures", listed]) == 0
    Path(backup).unlink()
    assert {text for _, text in found(tmp_path)} == {*TEXTS} - {"A4419207", "a4419207"}
    with Store.open(new) as restored, restored.view() as view:
        stored = view.record("coast:77-1")
        assert stored is not None
        assert (stored.record.identifiers, len(stored.record.addresses)) == ((), 1)


def test_rules_propose_what_a_person_confirms(hub: Hub) -> None:
    store, retention = hub.store, hub.store.retention
    witness = Handling("", subject_category="Witness", review_date="2027-03-01")
    seen = replace(record("port:9", name="Dora Condori"), handling=witness)
    hub.add(make_intake([seen]))
    hub.withdraw(["port:6"])
    assert retention.find_due("2090-01-01T00:00:00.000000Z")[0].is_review
    for rule in (
        erasures.RetentionRule("port", "", None, 1_000),
        erasures.RetentionRule("", "witness", None, 5),
        erasures.RetentionRule("port", "witness", 1, None),
    ):
        retention.set_rule(rule)
    now = datetime.now(UTC)

    def due(days: int) -> list[tuple[str, bool]]:
        rows = retention.find_due(utc_text(now + timedelta(days=days)))
        return [(row.record_id, row.is_review) for row in rows]

    assert due(999) == [("port:9", True)]
    late = utc_text(now + timedelta(days=1_001))
    assert due(1_001) == [("port:5", False), ("port:6", False), ("port:9", True)]
    # another process has asked for the same meanwhile, and records of a commit are being staged
    rows = retention.find_due(late)
    with sqlite3.connect(str(store.path)) as connection:
        copy = "SELECT 99, 'port:99', source, kind, schema, content, hash, 99, NULL FROM records"
        connection.execute(f"INSERT INTO records {copy} LIMIT 1")
    assert retention.find_due(late) == rows
    (asked,) = retention.propose(late)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(retention), "find_due", lambda *_: rows)
        assert retention.propose(late) == []
    with sqlite3.connect(str(store.path)) as connection:
        connection.execute("DELETE FROM records WHERE number = 99")
    assert (len(asked.records), "1000 days" in asked.reason) == (2, True)
    assert due(1_001) == [("port:9", True)]
    assert (retention.propose(late), erasures.erase_confirmed(hub)) == ([], [])
    store.erasures.refuse(asked.id, "ada")
    assert due(999) == [("port:9", True)]
    (again,) = retention.propose(late)
    store.erasures.confirm(again.id, "ada")
    (result,) = erasures.erase_confirmed(hub)
    assert result.erasure.state is ErasureState.DONE
    assert due(9_000) == [("port:9", True)]
    retention.set_rule(erasures.RetentionRule("port", "witness", None, None))
    assert len(retention.rules()) == 2
    with pytest.raises(InputError, match="36,500"):
        retention.set_rule(erasures.RetentionRule("", "", 0, None))
