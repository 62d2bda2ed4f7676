"""Screening of data frames against a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import resolver
from resolver.hub.hub import Hub
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def test_a_frame_is_screened_row_by_row_and_logged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake([record("list:1", name="Abdulrahman Tikriti", birthDate="1960-05-06")]))
    frame = pd.DataFrame(
        {
            "name": ["Ilse Brandt", "Abdulrahman Tikriti", "Abdulrahman Tikriti"],
            "birthDate": ["1977", "1960-05-06", "1960-05-06"],
        },
        index=["a", "b", "c"],
    )
    with resolver.open_store(url) as store:
        hits = store.screen(frame, purpose="a test")
    assert list(hits["row"]) == ["b", "c"]
    assert set(hits["band"]) == {"match"}
    assert hits["score"].between(0.9, 1).all()
    with Hub.open(url, OPTIONS) as hub:
        (event,) = hub.store.audit_events.list()
        assert (event.action, event.purpose) == ("command", "a test")
