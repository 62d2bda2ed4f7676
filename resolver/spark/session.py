"""Contexts of Spark: start, checks before it, and errors of Spark as one line."""

from __future__ import annotations

import json
import logging
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from resolver.errors import EngineError, ResolverError
from resolver.settings import library_variable

if TYPE_CHECKING:
    from pyspark import SparkContext

_RAISED = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Interrupt)): (.+)$", re.MULTILINE)
_CAUSE = re.compile(r"^(?:: |Caused by: )(?:[\w$]+\.)+\w+: (.+)$", re.MULTILINE)
_HINT_BY_ERROR = {
    "ModuleNotFoundError": "install this version of the resolver in the Python of every worker, "
    "see docs/how-to/scale.md",
    "MemoryError": "give the workers more memory (spark.executor.memoryOverhead), "
    "or run fewer tasks at a time on each",
}


_warming_up: list[Future[SparkContext]] = []


def warm_up(master: str | None) -> None:
    """Start Spark in the background while lists are read; `managed_context` waits for it."""

    def begin() -> None:
        """Start Spark; keep its context, or the error for `managed_context`."""
        try:
            future.set_result(_start(master))
        except Exception as error:  # `managed_context` raises it
            future.set_exception(error)

    future: Future[SparkContext] = Future()
    _warming_up.append(future)
    # a run that ends before it needs Spark does not wait for it
    Thread(target=begin, daemon=True).start()


@contextmanager
def managed_context(master: str | None) -> Iterator[SparkContext]:
    """Yield the context of a cluster; stop it afterwards if it was started here.

    `master`: address of the cluster; None: the address in Spark's configuration. Raises errors of
    Spark as `EngineError`.
    """
    check_requirements(master)
    from pyspark import SparkContext

    with translate_spark_errors(master):
        future = _warming_up.pop() if _warming_up else None
        active = SparkContext._active_spark_context if future is None else None
        spark = active or (_start(master) if future is None else future.result())
        try:
            yield spark
        finally:
            if active is None:
                spark.stop()


def check_requirements(master: str | None) -> None:
    """Check the requirements of Spark that can be checked at once.

    Raises `EngineError` with a text that names what is missing.
    """
    if find_spec("pyspark") is None:
        raise EngineError(
            "the Spark engine needs pyspark", hint="pip install 'watchlist-resolver[spark]'"
        )
    _check_java()
    if master is not None:
        _check_master(master)


def _check_java() -> None:
    """Raise `EngineError` if there is no Java."""
    home = library_variable("JAVA_HOME")
    if home and not (Path(home) / "bin" / "java").is_file():
        raise EngineError(
            "JAVA_HOME names a folder without Java", place=home, hint="set it to another folder"
        )
    if not home and shutil.which("java") is None:
        raise EngineError(
            "the Spark engine needs Java 17 or newer",
            hint="install it, or say where with JAVA_HOME",
        )


def _check_master(master: str) -> None:
    """Raise `EngineError` if the address is not valid, or if no server listens there."""
    if not _MASTER_PATTERN.match(master):
        raise EngineError("this is not a cluster address", place=master, hint=_MASTERS)
    if master == "yarn" and not (
        library_variable("HADOOP_CONF_DIR") or library_variable("YARN_CONF_DIR")
    ):
        raise EngineError(
            "YARN needs its configuration folder in HADOOP_CONF_DIR",
            place=master,
            hint="set it",
        )
    hosts = _HOSTS.fullmatch(master)
    if hosts and not any(_is_listening(*host.rpartition(":")[::2]) for host in hosts[1].split(",")):
        raise EngineError(
            "no Spark master answers at this address", place=master, hint="check --master"
        )
    if master.startswith("k8s://"):
        _check_kubernetes(master)


def _check_kubernetes(master: str) -> None:
    """Check that a server answers at the address of Kubernetes.

    Spark itself would try for minutes, and then report a Java error. Raises `EngineError`.
    """
    address = master.removeprefix("k8s://")
    try:
        # Spark, too, reads an address without a scheme as https
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, port = parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        host, port = None, 0
    if not host:
        raise EngineError("this is not a cluster address", place=master, hint=_MASTERS)
    if not _is_listening(host, str(port)):
        raise EngineError(
            "no Kubernetes answers at this address", place=master, hint="check --master"
        )


_MASTERS = "local[2], local-cluster[2,1,1024], spark://host:7077, yarn, k8s://https://host:443"
_MASTER_PATTERN = re.compile(
    r"local(\[(\d+|\*)(, *\d+)?\])?$|local-cluster\[ *\d+ *, *\d+ *, *\d+ *\]$"
    r"|spark://.|yarn$|k8s://."
)
_HOSTS = re.compile(r"spark://((?:[^,:/]+:\d{1,5},?)+)")


def _is_listening(host: str, port: str) -> bool:
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    except (OSError, OverflowError):
        return False


def _start(master: str | None) -> SparkContext:
    from pyspark import SparkConf, SparkContext

    settings = SparkConf().setAppName("resolver").set("spark.log.level", "ERROR")
    settings.set("spark.ui.showConsoleProgress", "false")
    if master is not None:
        settings.setMaster(master)
    if master is not None and master.startswith("local"):
        settings.setAll(list(_local_settings().items()))
    # a row holds many values; many rows in one message would not fit
    spark = SparkContext(conf=settings, batchSize=1)
    if str(spark.master).startswith("local"):
        spark.pythonExec = sys.executable
    return spark


def _local_settings() -> dict[str, str]:
    """Return the settings of a cluster on this machine.

    Workers run the same program. Java only moves bytes, so it leaves the processor cores to the
    Python processes.
    """
    java = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    return {
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "spark.python.daemon.module": "resolver.spark.worker_daemon",
        "spark.ui.enabled": "false",
        "spark.driver.defaultJavaOptions": java,
        "spark.executor.defaultJavaOptions": java,
    }


@contextmanager
def translate_spark_errors(master: str | None) -> Iterator[None]:
    """Raise errors of Spark as `EngineError`, in one line."""
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    try:
        yield
    except (ResolverError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:  # Spark, its gateway and its workers raise dozens of types
        raise build_engine_error(error, master) from error


def build_engine_error(error: Exception, master: str | None) -> EngineError:
    """Return an error of Spark in one line; of a worker's traceback, only the last line is used."""
    text, place = str(error), master or "Spark"
    for sign, message, hint in _MESSAGES:
        if sign in text:
            return EngineError(message, place=place, hint=hint)
    raised = _RAISED.findall(text)
    if raised:
        name, words = raised[-1]
        is_told = name in ("ModelError", "EngineError", "InputError", "OutputError")
        shown = words if is_told else f"{name}: {words}"
        return EngineError(
            f"a worker failed: {shown[:300]}",
            place=place,
            hint=_HINT_BY_ERROR.get(name, _LOGS_HINT),
        )
    causes = _CAUSE.findall(text)
    if causes:
        return EngineError(f"Spark failed: {causes[-1][:300]}", place=place, hint=_LOGS_HINT)
    first = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    return EngineError(f"Spark failed: {first[:300]}", place=place, hint=_LOGS_HINT)


_LOGS_HINT = "the logs of the driver and its executors say more"
_DISK_HINT = "free some space, or name a folder with more in spark.local.dir"
_MESSAGES = (
    (
        "JAVA_GATEWAY_EXITED",
        "Spark could not be started",
        "check --master, and that there is Java 17 or newer",
    ),
    (
        "A master URL must be set",
        "no cluster address is set",
        "set it with --master, or in spark-defaults.conf",
    ),
    ("Could not parse Master URL", "this is not a cluster address", _MASTERS),
    (
        "PYTHON_VERSION_MISMATCH",
        "the workers run another Python",
        "set PYSPARK_PYTHON to the same version everywhere",
    ),
    (
        "ExecutorLostFailure",
        "executors were lost repeatedly",
        "give them more memory, or more tries",
    ),
    (
        "maxResultSize",
        "there are too many links for the driver",
        "raise spark.driver.maxResultSize",
    ),
    ("No space left on device", "a disk of the cluster is full", _DISK_HINT),
    ("File too large", "a disk of the cluster does not take larger files", _DISK_HINT),
)


def check_workers(
    spark: SparkContext, stamp: dict[str, str], probe: Callable[[], dict[str, str]]
) -> None:
    """Check that the workers have the same versions of program, model and libraries.

    Raises `EngineError` if a worker has other versions.
    """
    cores = spark.defaultParallelism
    stamps = spark.parallelize(range(cores), cores).map(partial(_to_json, probe)).collect()
    for text in sorted(set(stamps)):
        worker = json.loads(text)
        names = sorted(name for name in {*stamp, *worker} if stamp.get(name) != worker.get(name))
        if names:
            differences = ", ".join(
                f"{name} {worker.get(name)} instead of {stamp.get(name)}" for name in names
            )
            hint = "install the same versions in the Python of every worker"
            raise EngineError(f"the workers have {differences}", hint=hint)


def _to_json(probe: Callable[[], dict[str, str]], _task: int) -> str:
    return json.dumps(probe(), sort_keys=True)
