"""The way to a Spark cluster: a session, and what goes wrong there as one line."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.errors import EngineError, ResolverError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_RAISED = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Interrupt)): (.+)$", re.MULTILINE)
_WHAT_TO_DO = {
    "ModuleNotFoundError": "install this version of the resolver in the Python of every worker, see docs/scale.md",
    "MemoryError": "give the workers more memory (spark.executor.memoryOverhead), or run fewer tasks at a time on each",
}


@contextmanager
def session(master: str | None) -> Iterator[SparkSession]:
    """A session on a cluster, ended afterwards where it was begun here. `master`: where the cluster is; None: what
    Spark is configured with. What goes wrong in Spark is raised as `EngineError`."""
    if find_spec("pyspark") is None:
        raise EngineError("the Spark engine needs pyspark", mend="pip install 'watchlist-resolver[spark]'")
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    with failing(master):
        spark = before or _begin(master)
        try:
            # a row is a parcel of many values; many of them in one message would not fit
            spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "4")
            yield spark
        finally:
            if before is None:
                spark.stop()


def _begin(master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession

    build = SparkSession.builder.appName("resolver").config("spark.log.level", "ERROR")
    build = build.config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        build = build.master(master)
    here = master is not None and master.startswith("local")
    if here:
        # workers on this machine run what runs here
        root = str(Path(__file__).resolve().parents[2])
        build = build.config("spark.executorEnv.PYTHONPATH", root).config("spark.ui.enabled", "false")
    spark = build.getOrCreate()
    if str(spark.sparkContext.master).startswith("local"):
        spark.sparkContext.pythonExec = sys.executable
    return spark


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
        return EngineError(f"a worker failed: {shown[:300]}", where=where, mend=_WHAT_TO_DO.get(name, _LOOK))
    first = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    return EngineError(f"Spark failed: {first[:300]}", where=where, mend=_LOOK)


_LOOK = "the logs of the driver and its executors say more"
_KNOWN = (
    ("JAVA_GATEWAY_EXITED", "Spark could not be started", "check --master, and that there is Java 17 or newer"),
    ("A master URL must be set", "no cluster was named", "name it with --master, or in spark-defaults.conf"),
    ("Could not parse Master URL", "this is no address of a cluster", "local[2], spark://host:7077, yarn, k8s://…"),
    ("PYTHON_VERSION_MISMATCH", "the workers run another Python", "set PYSPARK_PYTHON to the same version everywhere"),
    ("ExecutorLostFailure", "executors were lost again and again", "give them more memory, or more tries"),
    ("maxResultSize", "there are too many links for the driver", "raise spark.driver.maxResultSize"),
    ("No space left on device", "a disk of the cluster is full", "free some space, or set spark.local.dir"),
)


def check_workers(spark: SparkSession, stamp: dict[str, str], probe: Callable[[], dict[str, str]]) -> None:
    """See that a worker has this version and the same libraries. Raises `EngineError` where it has not."""
    (found,) = spark.sparkContext.parallelize([0], 1).map(lambda _: probe()).collect()
    other = sorted(name for name in {*stamp, *found} if stamp.get(name) != found.get(name))
    if other:
        said = ", ".join(f"{name} {found.get(name)} instead of {stamp.get(name)}" for name in other)
        raise EngineError(f"the workers have {said}", mend="install the same versions in the Python of every worker")
