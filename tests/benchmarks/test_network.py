"""Network benchmark, on a network of a few hundred entities."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.network import fill_store, make_batch, make_segment, measure_network
from resolver.network.graph_reader import GraphQuery, grow_graph
from resolver.network.visible_records import VisibleRecords
from resolver.records.visibility import OPERATOR
from resolver.store import Store
from tests.matching.preparing import quick_symbols

pytestmark = pytest.mark.slow


def test_every_question_is_measured(tmp_path: Path) -> None:
    url, batch = f"sqlite:///{tmp_path}/hub.db", make_batch(400)
    fill_store(url, batch)
    with quick_symbols("resolver.matching.pipeline"):
        segment = make_segment(batch)
    figures = measure_network(url, segment, 4)
    assert set(figures) == {
        *("look-up arrays", "one hop", "two hops", "largest group", "path", "table of all"),
    }
    assert figures["one hop"]["nodes"] < figures["two hops"]["nodes"]
    assert figures["table of all"]["nodes"] == 400
    with Store.open(url) as store, store.view() as view:
        rows = VisibleRecords(view, [segment], OPERATOR)
        graph = grow_graph(rows, [390], GraphQuery(1))
    kinds = {edge.type for edge in graph.edges}
    assert {"memberOf", "associateOf", "linkedTo"} <= kinds
