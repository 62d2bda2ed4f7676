"""Spark engine on a cluster of two executor processes: the results equal the local engine's."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from resolver.engines import local
from resolver.engines.result_files import write_results
from resolver.errors import EngineError
from resolver.matching.resolution_task import RunOptions
from resolver.records import Relation, RelationType
from resolver.records.decisions import Decision, Verdict
from resolver.records.progress import SILENT
from resolver.records.results.resolution import Outcome, Resolution
from resolver.spark import engine as spark
from resolver.spark.session import (
    build_engine_error,
    check_requirements,
    check_workers,
    managed_context,
)
from resolver.world import World, generate
from tests.engines.local_runs import build_intake
from tests.hub.hubs import make_namesake
from tests.spark.clusters import SMALL_PARTS, find_executors

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    return generate(1_000, seed=23, networks=True)


def assert_same_resolution(expected: Resolution, actual: Resolution) -> None:
    assert np.array_equal(expected.labels, actual.labels)
    for name in ("left", "right", "logodds", "score", "band", "outcome"):
        assert np.array_equal(getattr(expected.links, name), getattr(actual.links, name)), name
    assert expected.stats.rules == actual.stats.rules
    assert expected.stats.stamp == actual.stats.stamp
    assert expected.stats.candidate_pairs == actual.stats.candidate_pairs
    assert np.array_equal(expected.stats.score_histogram, actual.stats.score_histogram)


def test_files_equal_those_of_the_local_engine(cluster: str, world: World, tmp_path: Path) -> None:
    kin = Relation(RelationType.FAMILY_OF, "kin:2", role="son")
    father = replace(make_namesake("kin:1"), relations=(kin,))
    lists = build_intake([*world.records, father, make_namesake("kin:2")])
    resolutions = {
        "local": local.dedupe(lists, RunOptions()),
        "spark": spark.dedupe_on_spark(
            lists, RunOptions(), master=cluster, partitioning=SMALL_PARTS
        ),
    }
    assert_same_resolution(resolutions["local"], resolutions["spark"])
    entity_of = dict(
        zip(
            resolutions["spark"].batch.ids.to_pylist(),
            resolutions["spark"].labels.tolist(),
            strict=True,
        )
    )
    assert entity_of["kin:1"] != entity_of["kin:2"]
    for name, resolution in resolutions.items():
        write_results(tmp_path / name, resolution, rejects=(), report="")
    files = sorted(path.name for path in (tmp_path / "local").iterdir())
    assert len(files) == 6
    for name in files:
        assert (tmp_path / "local" / name).read_bytes() == (
            tmp_path / "spark" / name
        ).read_bytes(), name


def test_options_reach_the_workers(cluster: str, world: World, root: Path, tmp_path: Path) -> None:
    """Decisions, another plan, sources without duplicates, and a model of one's own."""
    lists = build_intake(
        world.records, deduplicated_sources=sorted({first.source for first in world.records})[:2]
    )
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
        Decision(*pair, verdict, decided_by="s", decided_at=datetime(2026, 1, 1, tzinfo=UTC))
        for pair, verdict in zip(pairs, verdicts, strict=True)
    ]
    options = RunOptions(plan="M", model_dir=tmp_path, decisions=decided)
    answer = local.dedupe(lists, options)
    assert not np.array_equal(answer.labels, merged.labels)
    assert (
        answer.stats.stamp["model"]
        != local.dedupe(lists, RunOptions(plan="M")).stats.stamp["model"]
    )
    assert_same_resolution(
        answer, spark.dedupe_on_spark(lists, options, master=cluster, partitioning=SMALL_PARTS)
    )


def test_a_lost_executor_does_not_change_the_result(cluster: str, world: World) -> None:
    killed = []

    class Killer:
        """Progress that kills an executor, and so its disk, after pairs were made, before
        comparison.
        """

        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "compare and classify":
                victim = find_executors()[0]
                victim.kill()
                victim.wait(30)
                killed.append(victim.pid)

        advance, finish = SILENT.advance, SILENT.finish

    lists = build_intake(world.records)
    resolution = spark.dedupe_on_spark(
        lists, RunOptions(), Killer(), master=cluster, partitioning=SMALL_PARTS
    )
    assert killed
    assert_same_resolution(local.dedupe(lists, RunOptions()), resolution)


def test_linking_two_sets(cluster: str, world: World) -> None:
    """Only pairs across; a record that stands on both sides counts as right."""
    right = [record for number, record in enumerate(world.records) if number % 3]
    left = [
        record for number, record in enumerate(world.records) if not number % 3 or not number % 7
    ]
    left_intake, right_intake = build_intake(left), build_intake(right)
    resolution = local.link(left_intake, right_intake, RunOptions())
    assert len(resolution.links) > 20
    assert_same_resolution(
        resolution,
        spark.link_on_spark(
            left_intake, right_intake, RunOptions(), master=cluster, partitioning=SMALL_PARTS
        ),
    )


def test_a_stopped_run_continues_without_the_cluster(
    cluster: str, world: World, tmp_path: Path
) -> None:
    """Results of the workers are kept when the run is stopped."""

    class Stopped:
        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            if stage == "cluster":
                raise KeyboardInterrupt

        advance, finish = SILENT.advance, SILENT.finish

    lists, options = build_intake(world.records), RunOptions(resume=tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        spark.dedupe_on_spark(lists, options, Stopped(), master=cluster, partitioning=SMALL_PARTS)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["judged.npz"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            spark, "managed_context", lambda master: pytest.fail("asked the cluster again")
        )
        assert_same_resolution(
            local.dedupe(lists, RunOptions()), spark.dedupe_on_spark(lists, options, master=cluster)
        )
    # what was kept for another border is of no use
    other = RunOptions(resume=tmp_path / "kept", merge_at=0.01)
    assert_same_resolution(
        local.dedupe(lists, RunOptions(merge_at=0.01)),
        spark.dedupe_on_spark(lists, other, master=cluster, partitioning=SMALL_PARTS),
    )


def test_workers_with_other_versions_are_refused(cluster: str) -> None:
    with (
        managed_context(cluster) as context,
        pytest.raises(EngineError, match="rigour 0 instead of 1"),
    ):
        check_workers(context, {"rigour": "1", "same": "2"}, _other_stamp)


def _other_stamp() -> dict[str, str]:
    return {"rigour": "0", "same": "2"}


def test_a_batch_without_records_needs_no_cluster() -> None:
    assert len(spark.dedupe_on_spark(build_intake([]), RunOptions()).links) == 0


def test_missing_pyspark_is_reported(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr("resolver.spark.session.find_spec", lambda name: None)
    with pytest.raises(EngineError) as caught:
        spark.dedupe_on_spark(build_intake(world.records), RunOptions())
    assert (
        caught.value.line()
        == "the Spark engine needs pyspark (pip install 'watchlist-resolver[spark]')"
    )


@pytest.mark.parametrize(
    ("master", "environment", "message"),
    [
        (
            "sparc://host:7077",
            {},
            "sparc://host:7077: this is not a cluster address (local[2], local-cluster",
        ),
        ("local[two]", {}, "local[two]: this is not a cluster address"),
        (
            "spark://127.0.0.1:1",
            {},
            "spark://127.0.0.1:1: no Spark master answers at this address (check --master)",
        ),
        (
            "k8s://https://127.0.0.1:1",
            {},
            "k8s://https://127.0.0.1:1: no Kubernetes answers at this address (check --master)",
        ),
        (
            "k8s://127.0.0.1:1",
            {},
            "k8s://127.0.0.1:1: no Kubernetes answers at this address (check --master)",
        ),
        ("k8s://https://", {}, "k8s://https://: this is not a cluster address (local[2]"),
        (
            "yarn",
            {"HADOOP_CONF_DIR": "", "YARN_CONF_DIR": ""},
            "yarn: YARN needs its configuration folder in HADOOP_",
        ),
        (
            None,
            {"JAVA_HOME": "/nowhere"},
            "/nowhere: JAVA_HOME names a folder without Java",
        ),
        (
            None,
            {"JAVA_HOME": "", "PATH": "/nowhere"},
            "the Spark engine needs Java 17 or newer (install it, or say wh",
        ),
    ],
)
def test_missing_requirements_are_reported_before_java_starts(
    master: str | None, environment: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", "")
    if master is not None and shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(EngineError) as caught:
        check_requirements(master)
    assert caught.value.line().startswith(message)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "An error occurred\nTraceback:\n  File x\n"
            "ModuleNotFoundError: No module named 'resolver'",
            "yarn: a worker failed: ModuleNotFoundError: No module named 'resolver' (install this",
        ),
        (
            "Job aborted.\nresolver.errors.ModelError: the model is damaged\n\tat java",
            "a worker failed: the model is dam",
        ),
        (
            "\n [MASTER] A master URL must be set in your configuration",
            "yarn: no cluster address is set (set it with",
        ),
        ("java.io.IOException: No space left on device", "a disk of the cluster is full"),
        (
            "An error occurred\n: a.SparkException: no scheduler\n"
            "Caused by: a.b.ClientException: refused",
            "yarn: Spark failed: refused (the logs of the driver",
        ),
        ("", "Spark failed: Exception"),
    ],
)
def test_errors_of_spark_become_one_line(text: str, line: str) -> None:
    assert line in build_engine_error(Exception(text), "yarn").line()
