"""Command `resolver feeds`, and the process in which a worker fetches what is due."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.cli.operate.feeds import FeedProcess
from resolver.store import RunOutcome, Store

pytestmark = pytest.mark.slow


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a store with a feed of a file."""
    path = tmp_path / "drop" / "border-2026-12-01.csv"
    path.parent.mkdir()
    path.write_text("id,name,birthDate\n1,Ana Novak,1980-01-02\n2,Bo Lind,1975-03-04\n")
    old = time.time() - 60
    os.utime(path, (old, old))
    url = f"sqlite:///{tmp_path}/hub.db"
    pattern = f"{path.parent}/border-*.csv"
    assert run(["feeds", "add", "border", pattern, "--every", "1h", "--store", url]) == 0
    return url


def test_a_feed_from_its_first_run_to_its_removal(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", url]
    capsys.readouterr()
    assert run(["feeds", "run", "border", *store]) == 0
    assert "border: new: a new version" in capsys.readouterr().out
    assert run(["worker", "--once", *store]) == 0
    capsys.readouterr()
    assert run(["feeds", "list", "--json", *store]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    # the date of a file makes no source of its own
    assert (shown["state"], shown["sources"], shown["every_seconds"]) == (
        "current",
        ["border"],
        3600,
    )
    assert run(["feeds", "show", "border", *store]) == 0
    assert "SHA-256" in capsys.readouterr().out
    assert run(["feeds", "set", "border", "--every", "2h", "--handling", "H2", *store]) == 0
    # its records are protected at once, so the next version changes nothing
    assert "2 records of the feed got another handling" in capsys.readouterr().err
    assert run(["feeds", "run", "border", *store]) == 0
    assert run(["worker", "--once", *store]) == 0
    with Store.open(url) as opened, opened.view() as view:
        rows = view.records(sorted(view.records_of_sources(["border"]).values()))
        assert [row.record.handling.code for row in rows] == ["H2", "H2"]
    capsys.readouterr()
    assert run(["feeds", "set", "border", "--handling-fact", "code=H0", *store]) == 2
    assert run(["feeds", "set", "border", *store]) == 2
    assert run(["feeds", "list", "--json", *store]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["every_seconds"], shown["handling"]) == (7200, "H2")
    assert run(["feeds", "pause", "border", *store]) == 0
    assert run(["feeds", "list", *store]) == 0
    assert "border: paused" in capsys.readouterr().out
    assert run(["feeds", "resume", "border", *store]) == 0
    assert run(["feeds", "remove", "border", *store]) == 0
    assert run(["feeds", "list", *store]) == 0
    assert "There are no feeds" in capsys.readouterr().err
    assert run(["feeds", "run", "border", *store]) == 1
    assert "there is no feed 'border'" in capsys.readouterr().err


def test_known_publishers_need_a_name_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", f"sqlite:///{tmp_path}/hub.db"]
    assert run(["feeds", "add", "ofac", *store]) == 0
    assert "public domain" in capsys.readouterr().err
    assert run(["feeds", "show", "ofac", "--json", *store]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["format"], shown["every_seconds"]) == ("ofac_sdn_xml", 21_600)
    assert run(["feeds", "publishers"]) == 0
    assert "ofac: OFAC" in capsys.readouterr().out
    assert run(["feeds", "add", "atlantis", *store]) == 1
    assert "no known publisher is called 'atlantis'" in capsys.readouterr().err
    assert run(["feeds", "add", "x", "http://127.0.0.1/list", *store]) == 1
    assert "RESOLVER_PRIVATE_NETWORKS" in capsys.readouterr().err


def test_a_worker_fetches_in_a_process_of_its_own(url: str, tmp_path: Path) -> None:
    with Store.open(url) as store, FeedProcess(url, tmp_path / "jobs") as process:
        process.start_if_due(store.feeds.find_due)
        end = time.monotonic() + 60
        while store.feeds.find_due() or not store.feeds.runs("border", 1):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert store.feeds.runs("border", 1)[0].outcome is RunOutcome.NEW
