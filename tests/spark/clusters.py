"""Cluster of the Spark tests, and a cut of the work into many small parts."""

from __future__ import annotations

import psutil

from resolver.spark.job import Partitioning

MASTER = "local-cluster[2,1,1024]"
SMALL_PARTS = Partitioning(170, 6, 4, 3, 90)


def find_executors() -> list[psutil.Process]:
    """Return the executors of the test's cluster: children of the Java process of this process."""
    children = psutil.Process().children(recursive=True)
    alive = [process for process in children if process.status() != psutil.STATUS_ZOMBIE]
    return [
        process
        for process in alive
        if any("CoarseGrainedExecutorBackend" in word for word in process.cmdline())
    ]
