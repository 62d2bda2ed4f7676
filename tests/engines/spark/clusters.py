"""Cluster of the Spark tests, and a cut of the work into many small parts."""

from __future__ import annotations

from resolver.engines.spark.job import Partitioning

MASTER = "local-cluster[2,1,1024]"
SMALL_PARTS = Partitioning(170, 6, 4, 3)
