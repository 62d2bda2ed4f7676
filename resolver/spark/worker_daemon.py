"""Program that Spark starts once on each executor, and that forks its Python workers.

It loads the stages before it forks; otherwise each worker would spend half a second on that.
"""

from __future__ import annotations

from pyspark.daemon import manager

import resolver.spark.worker_merge
import resolver.spark.worker_reader
import resolver.spark.worker_stages  # noqa: F401 - loaded for the workers
from resolver.runtime.processes import keep_survivors

if __name__ == "__main__":
    # a garbage collection writes to every object, so each worker would get its own copy
    keep_survivors()
    manager()
