"""The Spark engine on a real cluster of two executors in processes of their own: the results of the local engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import pytest

from resolver.engines import local
from resolver.engines.result_files import write_results
from resolver.engines.spark import engine as spark
from resolver.engines.spark.job import Shape
from resolver.engines.spark.session import (
    check_here,
    check_workers,
    session,
    told,
)
from resolver.errors import EngineError
from resolver.pipeline import RunOptions
from resolver.records.decisions import Decision, Verdict
from resolver.records.progress import SILENT
from resolver.records.results.resolution import Outcome, Resolution
from resolver.synthetic import World, generate
from tests.engines.test_local import intake

MASTER = "local-cluster[2,1,1024]"
SMALL = Shape(170, 6, 4, 3)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """One session for all tests: engines use the one there is."""
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed (pip install 'watchlist-resolver[spark]')"
    )
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    with session(MASTER):
        yield MASTER


@pytest.fixture(scope="module")
def world() -> World:
    return generate(1_000, seed=23)


def same(one: Resolution, two: Resolution) -> None:
    assert np.array_equal(one.labels, two.labels)
    for name in ("left", "right", "logodds", "score", "band", "outcome"):
        assert np.array_equal(getattr(one.links, name), getattr(two.links, name)), name
    assert one.stats.rules == two.stats.rules
    assert one.stats.stamp == two.stats.stamp
    assert one.stats.candidate_pairs == two.stats.candidate_pairs
    assert np.array_equal(one.stats.score_histogram, two.stats.score_histogram)


def test_the_files_are_those_of_the_local_engine(
    cluster: str, world: World, tmp_path: Path
) -> None:
    lists = intake(world.records)
    found = {
        "local": local.dedupe(lists, RunOptions()),
        "spark": spark.dedupe(lists, RunOptions(), master=cluster, shape=SMALL),
    }
    same(found["local"], found["spark"])
    for name, resolution in found.items():
        write_results(tmp_path / name, resolution, rejects=(), report="")
    files = sorted(path.name for path in (tmp_path / "local").iterdir())
    assert len(files) == 6
    for name in files:
        assert (tmp_path / "local" / name).read_bytes() == (
            tmp_path / "spark" / name
        ).read_bytes(), name


def test_options_reach_the_workers(cluster: str, world: World, root: Path, tmp_path: Path) -> None:
    """Decisions, another plan, sources without duplicates, and a model of one's own."""
    lists = intake(world.records, declared=sorted({one.source for one in world.records})[:2])
    for path in (root / "models").glob("*.json"):
        shutil.copy(path, tmp_path)
    changed = json.loads((tmp_path / "person.json").read_text("utf-8"))
    (tmp_path / "person.json").write_text(
        json.dumps({**changed, "intercept": changed["intercept"] + 700})
    )
    plain = RunOptions(plan="M", model_dir=tmp_path)
    merged = local.dedupe(lists, plain)
    links = merged.links
    chosen = np.flatnonzero(links.outcome == Outcome.MERGED)[:2]
    ids = merged.batch.ids.to_pylist()
    pairs = [(ids[links.left[at]], ids[links.right[at]]) for at in chosen.tolist()] + [
        (ids[0], ids[-1])
    ]
    verdicts = [Verdict.DIFFERENT, Verdict.DIFFERENT, Verdict.SAME]
    decided = [
        Decision(*pair, verdict, who="s", when=datetime(2026, 1, 1, tzinfo=UTC))
        for pair, verdict in zip(pairs, verdicts, strict=True)
    ]
    options = RunOptions(plan="M", model_dir=tmp_path, decisions=decided)
    answer = local.dedupe(lists, options)
    assert not np.array_equal(answer.labels, merged.labels)
    assert (
        answer.stats.stamp["model"]
        != local.dedupe(lists, RunOptions(plan="M")).stats.stamp["model"]
    )
    same(answer, spark.dedupe(lists, options, master=cluster, shape=SMALL))


def test_an_executor_that_dies_costs_nothing_but_time(cluster: str, world: World) -> None:
    killed = []

    class Killer:
        """Ends an executor, with all that lies on its disk, when pairs have been made and before they are compared."""

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "compare and classify":
                victim = executors()[0]
                victim.kill()
                victim.wait(30)
                killed.append(victim.pid)

        advance, finish = SILENT.advance, SILENT.finish

    lists = intake(world.records)
    found = spark.dedupe(lists, RunOptions(), Killer(), master=cluster, shape=SMALL)
    assert killed
    same(local.dedupe(lists, RunOptions()), found)


def test_linking_two_sets(cluster: str, world: World) -> None:
    """Only pairs across; a record that stands on both sides counts as right."""
    right = [record for number, record in enumerate(world.records) if number % 3]
    left = [
        record for number, record in enumerate(world.records) if not number % 3 or not number % 7
    ]
    one, two = intake(left), intake(right)
    found = local.link(one, two, RunOptions())
    assert len(found.links) > 20
    same(found, spark.link(one, two, RunOptions(), master=cluster, shape=SMALL))


def test_a_run_goes_on_without_the_cluster(cluster: str, world: World, tmp_path: Path) -> None:
    """All that came back from the workers was kept when the run was stopped."""

    class Stopped:
        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "cluster":
                raise KeyboardInterrupt

        advance, finish = SILENT.advance, SILENT.finish

    lists, options = intake(world.records), RunOptions(resume=tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        spark.dedupe(lists, options, Stopped(), master=cluster, shape=SMALL)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["judged.npz"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark, "session", lambda master: pytest.fail("asked the cluster again"))
        same(local.dedupe(lists, RunOptions()), spark.dedupe(lists, options, master=cluster))
    # what was kept for another border is of no use
    other = RunOptions(resume=tmp_path / "kept", merge_at=0.01)
    same(
        local.dedupe(lists, RunOptions(merge_at=0.01)),
        spark.dedupe(lists, other, master=cluster, shape=SMALL),
    )


def executors() -> list[psutil.Process]:
    """The executors of this test's cluster: children of the Java process that this process began."""
    below = psutil.Process().children(recursive=True)
    alive = [one for one in below if one.status() != psutil.STATUS_ZOMBIE]
    return [
        one
        for one in alive
        if any("CoarseGrainedExecutorBackend" in word for word in one.cmdline())
    ]


def test_workers_with_other_versions_are_named(cluster: str) -> None:
    with (
        session(cluster) as spark_session,
        pytest.raises(EngineError, match="rigour 0 instead of 1"),
    ):
        check_workers(spark_session, {"rigour": "1", "same": "2"}, _other)


def _other() -> dict[str, str]:
    return {"rigour": "0", "same": "2"}


def test_nobody_to_resolve() -> None:
    assert len(spark.dedupe(intake([]), RunOptions()).links) == 0


def test_without_pyspark_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    monkeypatch.setattr("resolver.engines.spark.session.find_spec", lambda name: None)
    with pytest.raises(EngineError) as caught:
        spark.dedupe(intake(world.records), RunOptions())
    assert (
        caught.value.line()
        == "the Spark engine needs pyspark (pip install 'watchlist-resolver[spark]')"
    )


@pytest.mark.parametrize(
    ("master", "environment", "said"),
    [
        (
            "sparc://host:7077",
            {},
            "sparc://host:7077: this is no address of a cluster (local[2], local-cluster",
        ),
        ("local[two]", {}, "local[two]: this is no address of a cluster"),
        (
            "spark://127.0.0.1:1",
            {},
            "spark://127.0.0.1:1: no master of a Spark cluster answers there (check --master)",
        ),
        (
            "k8s://https://127.0.0.1:1",
            {},
            "k8s://https://127.0.0.1:1: no Kubernetes answers there (check --master)",
        ),
        (
            "k8s://127.0.0.1:1",
            {},
            "k8s://127.0.0.1:1: no Kubernetes answers there (check --master)",
        ),
        ("k8s://https://", {}, "k8s://https://: this is no address of a cluster (local[2]"),
        (
            "yarn",
            {"HADOOP_CONF_DIR": "", "YARN_CONF_DIR": ""},
            "yarn: where YARN is stands in a folder that HADOOP_",
        ),
        (
            None,
            {"JAVA_HOME": "/nowhere"},
            "/nowhere: there is no Java in the folder that JAVA_HOME names",
        ),
        (
            None,
            {"JAVA_HOME": "", "PATH": "/nowhere"},
            "the Spark engine needs Java 17 or newer (install it, or say wh",
        ),
    ],
)
def test_what_cannot_be_begun_is_told_before_java_starts(
    master: str | None, environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", "")
    if master is not None and shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(EngineError) as caught:
        check_here(master)
    assert caught.value.line().startswith(said)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "An error occurred\nTraceback:\n  File x\nModuleNotFoundError: No module named 'resolver'",
            "yarn: a worker failed: ModuleNotFoundError: No module named 'resolver' (install this version",
        ),
        (
            "Job aborted.\nresolver.errors.ModelError: the model is damaged\n\tat java",
            "a worker failed: the model is dam",
        ),
        (
            "\n [MASTER] A master URL must be set in your configuration",
            "yarn: no cluster was named (name it with",
        ),
        ("java.io.IOException: No space left on device", "a disk of the cluster is full"),
        (
            "An error occurred\n: a.SparkException: no scheduler\nCaused by: a.b.ClientException: refused",
            "yarn: Spark failed: refused (the logs of the driver",
        ),
        ("", "Spark failed: Exception"),
    ],
)
def test_what_spark_says_becomes_one_line(text: str, line: str) -> None:
    assert line in told(Exception(text), "yarn").line()
