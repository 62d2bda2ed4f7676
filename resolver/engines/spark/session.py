"""The way to a Spark cluster: a session, and what goes wrong there as one line."""

from __future__ import annotations

import json
import logging
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyarrow as pa

from resolver.errors import EngineError, ResolverError
from resolver.settings import told_library

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_RAISED = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Interrupt)): (.+)$", re.MULTILINE)
_CAUSE = re.compile(r"^(?:: |Caused by: )(?:[\w$]+\.)+\w+: (.+)$", re.MULTILINE)
_WHAT_TO_DO = {
    "ModuleNotFoundError": "install this version of the resolver in the Python of every worker, see docs/scale.md",
    "MemoryError": "give the workers more memory (spark.executor.memoryOverhead), or run fewer tasks at a time on each",
}


_early: list[Future[SparkSession]] = []


def warm_up(master: str | None) -> None:
    """Begin to start Spark in the background, while lists are read; `session` waits for it."""

    def begin() -> None:
        try:
            coming.set_result(_begin(master))
        except Exception as error:  # whoever waits for it tells it
            coming.set_exception(error)

    coming: Future[SparkSession] = Future()
    _early.append(coming)
    # a run that ends before it needs Spark does not wait for it
    Thread(target=begin, daemon=True).start()


@contextmanager
def session(master: str | None) -> Iterator[SparkSession]:
    """A session on a cluster, ended afterwards where it was begun here. `master`: where the cluster is; None: what
    Spark is configured with. What goes wrong in Spark is raised as `EngineError`."""
    check_here(master)
    from pyspark.sql import SparkSession

    with failing(master):
        coming = _early.pop() if _early else None
        before = SparkSession.getActiveSession() if coming is None else None
        spark = before or (_begin(master) if coming is None else coming.result())
        try:
            # a row is a parcel of many values; many of them in one message would not fit
            spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "4")
            yield spark
        finally:
            if before is None:
                spark.stop()


def check_here(master: str | None) -> None:
    """See that Spark can be begun here, as far as that shows in no time. Raises `EngineError` with what is missing."""
    if find_spec("pyspark") is None:
        raise EngineError(
            "the Spark engine needs pyspark", mend="pip install 'watchlist-resolver[spark]'"
        )
    home = told_library("JAVA_HOME")
    if home and not (Path(home) / "bin" / "java").is_file():
        raise EngineError(
            "there is no Java in the folder that JAVA_HOME names", where=home, mend="set it anew"
        )
    if not home and shutil.which("java") is None:
        raise EngineError(
            "the Spark engine needs Java 17 or newer",
            mend="install it, or say where with JAVA_HOME",
        )
    if master is not None and not _KNOWN_MASTERS.match(master):
        raise EngineError("this is no address of a cluster", where=master, mend=_MASTERS)
    if master == "yarn" and not (told_library("HADOOP_CONF_DIR") or told_library("YARN_CONF_DIR")):
        raise EngineError(
            "where YARN is stands in a folder that HADOOP_CONF_DIR names",
            where=master,
            mend="set it",
        )
    hosts = _HOSTS.fullmatch(master or "")
    if hosts and not any(_answers(*host.rpartition(":")[::2]) for host in hosts[1].split(",")):
        raise EngineError(
            "no master of a Spark cluster answers there", where=master or "", mend="check --master"
        )
    if master is not None and master.startswith("k8s://"):
        _check_kubernetes(master)


def _check_kubernetes(master: str) -> None:
    """See that something listens where Kubernetes is said to be: Spark itself asks it for minutes, then in Java's
    words. Raises `EngineError`."""
    address = master.removeprefix("k8s://")
    try:
        # Spark, too, takes an address without a scheme for https
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, port = parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        host, port = None, 0
    if not host:
        raise EngineError("this is no address of a cluster", where=master, mend=_MASTERS)
    if not _answers(host, str(port)):
        raise EngineError("no Kubernetes answers there", where=master, mend="check --master")


_MASTERS = "local[2], local-cluster[2,1,1024], spark://host:7077, yarn, k8s://https://host:443"
_KNOWN_MASTERS = re.compile(
    r"local(\[(\d+|\*)(, *\d+)?\])?$|local-cluster\[ *\d+ *, *\d+ *, *\d+ *\]$|spark://.|yarn$|k8s://."
)
_HOSTS = re.compile(r"spark://((?:[^,:/]+:\d{1,5},?)+)")


def _answers(host: str, port: str) -> bool:
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    except (OSError, OverflowError):
        return False


def _begin(master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession

    build = SparkSession.builder.appName("resolver").config("spark.log.level", "ERROR")
    build = build.config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        build = build.master(master)
    if master is not None and master.startswith("local"):
        for name, value in _here().items():
            build = build.config(name, value)
    spark = build.getOrCreate()
    if str(spark.sparkContext.master).startswith("local"):
        spark.sparkContext.pythonExec = sys.executable
    return spark


def _here() -> dict[str, str]:
    """What Spark is told where this machine is the cluster: workers run what runs here, and Java, which only moves
    bytes, leaves the cores to them."""
    java = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    return {
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "spark.ui.enabled": "false",
        "spark.driver.defaultJavaOptions": java,
        "spark.executor.defaultJavaOptions": java,
    }


@contextmanager
def failing(master: str | None) -> Iterator[None]:
    """Turn what Spark raises into one line."""
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    try:
        yield
    except (ResolverError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:  # Spark, its gateway and its workers raise dozens of types
        raise told(error, master) from error


def told(error: Exception, master: str | None) -> EngineError:
    """What Spark said, on one line: of an error in a worker its last words, not the way there."""
    text = str(error)
    where = master or "Spark"
    for sign, what, mend in _KNOWN:
        if sign in text:
            return EngineError(what, where=where, mend=mend)
    raised = _RAISED.findall(text)
    if raised:
        name, words = raised[-1]
        shown = words if name in ("ModelError", "EngineError", "InputError") else f"{name}: {words}"
        return EngineError(
            f"a worker failed: {shown[:300]}", where=where, mend=_WHAT_TO_DO.get(name, _LOOK)
        )
    causes = _CAUSE.findall(text)
    if causes:
        return EngineError(f"Spark failed: {causes[-1][:300]}", where=where, mend=_LOOK)
    first = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    return EngineError(f"Spark failed: {first[:300]}", where=where, mend=_LOOK)


_LOOK = "the logs of the driver and its executors say more"
_ROOM = "free some space, or name a folder with more in spark.local.dir"
_KNOWN = (
    (
        "JAVA_GATEWAY_EXITED",
        "Spark could not be started",
        "check --master, and that there is Java 17 or newer",
    ),
    (
        "A master URL must be set",
        "no cluster was named",
        "name it with --master, or in spark-defaults.conf",
    ),
    ("Could not parse Master URL", "this is no address of a cluster", _MASTERS),
    (
        "PYTHON_VERSION_MISMATCH",
        "the workers run another Python",
        "set PYSPARK_PYTHON to the same version everywhere",
    ),
    (
        "ExecutorLostFailure",
        "executors were lost again and again",
        "give them more memory, or more tries",
    ),
    (
        "maxResultSize",
        "there are too many links for the driver",
        "raise spark.driver.maxResultSize",
    ),
    ("No space left on device", "a disk of the cluster is full", _ROOM),
    ("File too large", "a disk of the cluster takes no larger file", _ROOM),
)


def check_workers(
    spark: SparkSession, stamp: dict[str, str], probe: Callable[[], dict[str, str]]
) -> None:
    """See that the workers have this version and the same libraries. Raises `EngineError` where one has not."""
    cores = spark.sparkContext.defaultParallelism
    asked = spark.range(0, cores, 1, cores).mapInArrow(partial(_asked, probe), "said binary")
    for row in asked.distinct().collect():
        found = json.loads(row["said"])
        other = sorted(name for name in {*stamp, *found} if stamp.get(name) != found.get(name))
        if other:
            said = ", ".join(
                f"{name} {found.get(name)} instead of {stamp.get(name)}" for name in other
            )
            mend = "install the same versions in the Python of every worker"
            raise EngineError(f"the workers have {said}", mend=mend)


def _asked(
    probe: Callable[[], dict[str, str]], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for _ in batches:
        said = json.dumps(probe(), sort_keys=True).encode("utf-8")
        yield pa.RecordBatch.from_arrays([pa.array([said], pa.binary())], names=["said"])
