"""Program that Spark starts once on each executor, and that forks its Python workers.

It loads the stages before it forks, which each worker would take half a second to do.
"""

from __future__ import annotations

from pyspark.daemon import manager

import resolver.engines.spark.worker_merge
import resolver.engines.spark.worker_reader
import resolver.engines.spark.worker_stages  # noqa: F401 - loaded for the workers
from resolver.kernels.processes import keep_survivors

if __name__ == "__main__":
    # a search writes to every object, of which each worker would then have a copy
    keep_survivors()
    manager()
