"""Store whose cluster is lost during a run: one line, and nothing is committed."""

from __future__ import annotations

import shutil

import pytest

from resolver.errors import EngineError
from resolver.records.progress import SILENT
from resolver.spark.engine import SparkEngine
from resolver.world import generate
from tests.hub.hubs import Stores, make_intake

pytestmark = pytest.mark.slow


class ContextStop:
    """Progress that stops the context before pairs are compared."""

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        from pyspark import SparkContext

        if stage == "compare and classify":
            SparkContext.getOrCreate().stop()

    advance, finish = SILENT.advance, SILENT.finish


def test_a_lost_context_commits_nothing(stores: Stores) -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    intake, engine = make_intake(generate(300, seed=31).records), SparkEngine("local[2]")
    with stores.new() as hub:
        with pytest.raises(EngineError) as caught:
            hub.add(intake, engine=engine, progress=ContextStop())
        assert caught.value.line().startswith("local[2]: Spark failed: ")
        assert "\n" not in caught.value.line()
        assert hub.store.revision == 0
        hub.add(intake)
        with pytest.raises(EngineError):
            hub.refresh(engine=engine, progress=ContextStop())
        assert hub.store.revision == 1
