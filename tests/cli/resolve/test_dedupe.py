"""Results and messages of dedupe, link and demo."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resolver.cli.app import run
from tests.cli.conftest import Lists

pytestmark = pytest.mark.slow


FILES = {
    "entities.csv",
    "links.csv",
    "entities.ftm.json",
    "statements.csv",
    "rejects.csv",
    "report.html",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def groups(out: Path) -> set[frozenset[str]]:
    """Return the entities with more than one record."""
    members: dict[str, set[str]] = {}
    for row in rows(out / "entities.csv"):
        members.setdefault(row["entity_id"], set()).add(row["record_id"])
    return {frozenset(ids) for ids in members.values() if len(ids) > 1}


def dedupe(lists: Lists, out: Path, *options: str) -> int:
    return run(["dedupe", *lists.args, "--out", str(out), *options])


def test_dedupe_writes_six_files(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dedupe(lists, tmp_path / "out") == 0
    shown = capsys.readouterr()
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert shown.out.startswith("9 records are ")
    assert shown.out.endswith(f"Report: {tmp_path / 'out' / 'report.html'}\n")
    assert shown.err == ""
    assert len(rows(tmp_path / "out" / "entities.csv")) == 9
    assert {"coast:p3", "river:9"} in groups(tmp_path / "out")
    assert "<html" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder of lists with pairs that wait for review."""
    folder = tmp_path_factory.mktemp("generated")
    assert run(["demo", "--records", "400", "--only-lists", "--out", str(folder)]) == 0
    return str(folder / "lists")


def test_review_capacity_is_reported_and_drops_nothing(
    generated: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown_by(name: str, *options: str) -> str:
        assert run(["dedupe", generated, "--out", str(tmp_path / name), *options]) == 0
        return capsys.readouterr().out

    plain = json.loads(shown_by("plain", "--json"))
    assert set(plain["review"]) == {"reviews", "expected_matches", "value"}
    waiting = plain["review"]["reviews"]
    assert 2 <= waiting <= plain["queued"]
    sentence = "With no reviews a day, all are left undecided"
    assert sentence in shown_by("cut", "--review-capacity", "0")
    assert sentence in (tmp_path / "cut" / "report.html").read_text("utf-8")
    assert "a day" not in (tmp_path / "plain" / "report.html").read_text("utf-8")
    assert rows(tmp_path / "cut" / "links.csv") == rows(tmp_path / "plain" / "links.csv")
    review = json.loads(shown_by("whole", "--review-capacity", str(waiting), "--json"))["review"]
    assert (review["reviews_today"], review["reviews_left"], review["days"]) == (waiting, 0, 1)


def test_negative_review_capacity_is_refused(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dedupe(lists, tmp_path / "bad", "--review-capacity", "-1") == 2
    assert "--review-capacity" in capsys.readouterr().err


def test_review_capacity_of_a_store_counts_its_whole_queue(
    generated: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESOLVER_REVIEW_CAPACITY", "1")
    url = f"sqlite:///{tmp_path}/hub.db"
    assert run(["dedupe", generated, "--store", url, "--out", str(tmp_path / "out")]) == 0
    sentences = capsys.readouterr().out.splitlines()[-1]
    assert "entities wait in the store; " in sentences
    assert "With 1 review a day, 1 pair is within" in sentences
    assert sentences in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert run(["queue", "--store", url]) == 0
    assert capsys.readouterr().out.startswith(sentences.replace(" in the store", ""))


def test_order_of_files_does_not_matter(lists: Lists, tmp_path: Path) -> None:
    mapping = ["--mapping", str(lists.mapping)]
    files, first, second = [str(lists.coast), str(lists.river)], tmp_path / "one", tmp_path / "two"
    assert run(["dedupe", *files, *mapping, "--out", str(first)]) == 0
    assert run(["dedupe", *files[::-1], *mapping, "--out", str(second)]) == 0
    for name in FILES - {"report.html"}:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_only_entities(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dedupe(lists, tmp_path, "--only", "entities", "--json") == 0
    assert {path.name for path in tmp_path.iterdir()} == {"entities.csv"}
    printed = json.loads(capsys.readouterr().out)
    assert (printed["records"], printed["rejects"], printed["plan"]) == (9, 0, "XS")


def test_records_that_purging_leaves_without_a_pair_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd, url = tmp_path / "crowd.csv", f"sqlite:///{tmp_path}/hub.db"
    # 1,100 records make more pairs than a key may have
    lines = [f"{number},Ivan Petrov,1962-03-04,clerk {number}" for number in range(1_100)]
    header = "id,name,birth_date,position"
    crowd.write_text("\n".join([header, *lines, "x,Ann Lee,1950-01-02,"]), "utf-8")
    sentence = "1,100 records were compared with no other"
    out = str(tmp_path / "out")
    in_store = ["--store", url, "--out", str(tmp_path / "stored")]
    for options in (["--out", out], ["--out", out, "--resume"], in_store):
        assert run(["dedupe", str(crowd), *options]) == 0
        assert sentence in capsys.readouterr().out
    for folder in ("out", "stored"):
        report = " ".join((tmp_path / folder / "report.html").read_text("utf-8").split())
        assert f"{sentence}</span>: too many" in report
    assert run(["dedupe", str(crowd), "--out", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["uncompared"] == 1_100
    few = tmp_path / "few.csv"
    few.write_text("\n".join([header, *lines[:9]]), "utf-8")
    assert run(["dedupe", str(few), "--out", out]) == 0
    assert "compared with no other" not in capsys.readouterr().out


def test_decisions_are_obeyed(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(
        "left_id,right_id,verdict,who,when,why\n"
        "coast:p3,river:9,different,ana,2026-01-01,twins\n"
        "river:10,coast:g1,same,ana,2026-01-01,a front\n"
        "river:10,coast:p99,same,ana,2026-01-01,gone\n",
        "utf-8",
    )
    assert dedupe(lists, tmp_path / "out", "--decisions", str(decisions)) == 0
    entities = groups(tmp_path / "out")
    assert not any({"coast:p3", "river:9"} <= members for members in entities)
    assert any({"river:10", "coast:g1"} <= members for members in entities)
    assert (
        "note: 1 decision names records that are not in the lists, e.g. coast:p99"
        in capsys.readouterr().err
    )
    (apart,) = (row for row in rows(tmp_path / "out" / "links.csv") if row["outcome"] == "apart")
    assert (apart["left_id"], apart["right_id"]) == ("coast:p3", "river:9")


def test_merge_threshold_can_be_set(lists: Lists, tmp_path: Path) -> None:
    assert dedupe(lists, tmp_path / "low", "--merge-at", "0.2") == 0
    assert dedupe(lists, tmp_path / "high", "--merge-at", "1") == 0
    assert len(groups(tmp_path / "low")) > len(groups(tmp_path / "high")) == 0


def test_bands_follow_costs_of_wrong_merges(lists: Lists, tmp_path: Path) -> None:
    links = {}
    for costs in (2, 100_000):
        assert dedupe(lists, tmp_path / str(costs), "--wrong-merge-costs", str(costs)) == 0
        links[costs] = rows(tmp_path / str(costs) / "links.csv")
        for row in links[costs]:
            assert (row["band"] == "match") == (float(row["score"]) >= 1 - 1 / costs)
    assert {row["band"] for row in links[2]} == {"match"}
    assert "review" in {row["band"] for row in links[100_000]}
    assert dedupe(lists, tmp_path / "x", "--wrong-merge-costs", "0") == 2


def test_pairs_wait_from_a_value_of_their_review(tmp_path: Path) -> None:
    assert run(["demo", "--records", "900", "--only-lists", "--out", str(tmp_path / "world")]) == 0
    waiting = {}
    for value in (1, 4, 10):
        options = ["--out", str(tmp_path / str(value)), "--min-review-value", str(value)]
        assert run(["dedupe", str(tmp_path / "world" / "lists"), *options]) == 0
        links = rows(tmp_path / str(value) / "links.csv")
        waiting[value] = {
            (row["left_id"], row["right_id"]): float(row["score"])
            for row in links
            if row["band"] == "review"
        }
        assert all(score >= value / 20 for score in waiting[value].values())
    assert len(waiting[1]) > len(waiting[4]) > len(waiting[10]) > 0
    assert {pair for pair, score in waiting[1].items() if score >= 0.2} == set(waiting[4])


def test_profile_shows_costs(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dedupe(lists, tmp_path, "--profile", "--verbose") == 0
    printed = capsys.readouterr().err
    assert "read: 9 records in " in printed
    assert "peak MiB" in printed


@pytest.mark.parametrize("target", ["folder", "store", "link"])
def test_rows_of_a_profile_sum_to_the_whole(
    target: str, lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    args = {
        "folder": ["dedupe", *lists.args, *out],
        "store": ["dedupe", *lists.args, *out, "--store", f"sqlite:///{tmp_path}/hub.db"],
        "link": ["link", str(lists.coast), "--to", *lists.args[1:], *out],
    }[target]
    assert run([args[0], "--help"]) == 0  # loads the program
    capsys.readouterr()
    start = time.perf_counter()
    assert run([*args, "--profile"]) == 0
    elapsed = time.perf_counter() - start
    printed = capsys.readouterr().err
    table = re.findall(r"^(\S.*?)  .*?(\d+\.\d\d) +\d+\.\d\d", printed, re.MULTILINE)
    seconds = {name.strip(): float(text) for name, text in table}
    whole = seconds.pop("total")
    steps = {"read", "prepare", "block", "cluster", "write"}
    assert steps | ({"store", "review queue"} if target == "store" else set()) <= set(seconds)
    # rows are rounded to hundredths
    assert sum(seconds.values()) == pytest.approx(whole, rel=0.05, abs=0.005 * len(table))
    assert whole == pytest.approx(elapsed, rel=0.05, abs=0.05)


def test_preview_resolves_nothing(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dedupe", *lists.args, "--preview"]) == 0
    assert "river:7" in capsys.readouterr().out


def test_link_compares_across_sides_only(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = tmp_path / "twin.csv"
    twin.write_text(lists.river.read_text("utf-8"), "utf-8")
    mapping = tmp_path / "twin.mapping.yml"
    mapping.write_text(
        lists.mapping.read_text("utf-8").replace("source: river", "source: twin"), "utf-8"
    )
    args = [
        "link",
        str(lists.coast),
        str(twin),
        "--to",
        str(lists.river),
        "--mapping",
        str(lists.mapping),
    ]
    assert run([*args, "--out", str(tmp_path / "out")]) == 0
    assert "14 records are " in capsys.readouterr().out
    pairs = {(row["left_id"], row["right_id"]) for row in rows(tmp_path / "out" / "links.csv")}
    assert ("river:9", "twin:9") in pairs
    assert not any(
        {"coast", "twin"} == {left.split(":")[0], right.split(":")[0]} for left, right in pairs
    )


def test_results_are_not_written_into_read_folder(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(lists.coast, tmp_path)
    assert run(["dedupe", str(tmp_path), "--out", str(tmp_path / "deep" / "out")]) == 2
    assert "which is read (write to a folder outside of it)" in capsys.readouterr().err
    assert os.listdir(tmp_path) == [lists.coast.name]


def test_file_in_place_of_folder(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine")
    assert dedupe(lists, tmp_path / "out") == 1
    assert f"error: {tmp_path / 'out'}: file exists" in capsys.readouterr().err


@pytest.mark.skipif(
    not Path("/proc/self").is_dir(), reason="no file system here that is never writable"
)
def test_place_without_files(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert dedupe(lists, Path("/proc/resolver/out")) == 1
    line = capsys.readouterr().err
    assert line.startswith("error: /proc/resolver")
    assert line.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir(mode=0o555)
    assert dedupe(lists, tmp_path / "out") == 1
    assert f"error: {tmp_path / 'out'}: permission denied" in capsys.readouterr().err


def test_full_disk_keeps_old_results(lists: Lists, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert dedupe(lists, out) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    call = [
        sys.executable,
        "-m",
        "resolver",
        "dedupe",
        *lists.args,
        "--out",
        str(out),
        "--merge-at",
        "0.2",
    ]
    done = subprocess.run(
        call, capture_output=True, text=True, check=False, preexec_fn=limit_file_size
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {out}: cannot write the results: ")
    assert done.stderr.count("\n") == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_demo_generates_and_resolves_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["demo", "--records", "300", "--agencies", "6", "--out", str(tmp_path / "demo")]) == 0
    )
    shown = capsys.readouterr()
    assert f"Lists of 6 agencies: {tmp_path / 'demo' / 'lists'}" in shown.out
    assert "300 records are " in shown.out
    assert shown.err == ""
    assert {path.name for path in (tmp_path / "demo" / "result").iterdir()} == FILES
    truth = {row["record_id"] for row in rows(tmp_path / "demo" / "truth.csv")}
    assert truth == {
        row["record_id"] for row in rows(tmp_path / "demo" / "result" / "entities.csv")
    }
    assert rows(tmp_path / "demo" / "result" / "rejects.csv") == []


def test_demo_generates_lists_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--records", "300", "--out", str(tmp_path), "--only-lists"]) == 0
    assert capsys.readouterr().out == f"Lists: {tmp_path / 'lists'}\n"
    assert not (tmp_path / "result").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--master", "local[2]"], "use it with --engine spark"),
        (["--engine", "spark", "--store", "sqlite:///x.db", "--resume"], "without a store"),
        (["--engine", "dask"], "'dask' is not one of"),
        (["--results", "parquet"], "goes with --engine spark"),
        (
            ["--engine", "spark", "--results", "parquet", "--resume"],
            "goes without --store and --resume",
        ),
    ],
)
def test_invalid_engines_are_refused(
    options: list[str],
    message: str,
    lists: Lists,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert dedupe(lists, tmp_path / "out", *options) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert message in shown
    assert not (tmp_path / "out").exists()
