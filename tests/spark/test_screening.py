"""Screening by the workers of a cluster: its answers are those of one machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.hub.hub import Hub
from resolver.records.visibility import OPERATOR
from resolver.screening import build_subject, screen_subjects
from resolver.spark import engine
from tests.hub.hubs import make_intake
from tests.records.samples import record

pytestmark = pytest.mark.nightly
LISTED = 0.01


def test_workers_answer_as_one_machine_does(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_LEAST_SUBJECTS", 3)
    names = ("Maria Quispe Huanca", "Ilse Brandt", "Oona Laine", "Abdulrahman Tikriti")
    rows = [record(f"list:{place}", name=name) for place, name in enumerate(names)]
    # a worker has a folder of its own, where a relative path leads elsewhere
    monkeypatch.chdir(tmp_path)
    url = "sqlite:///hub.db"
    subjects = [
        build_subject(record(f"people:{place}", name=name, birthDate=f"19{place + 50}"))
        for place, name in enumerate((*names, "Nobody Whatever", "Ilse Brand", "Oona Lane"))
    ]
    query = MatchQuery(5, viewer=OPERATOR)
    with Hub.open(url) as hub:
        hub.add(make_intake(rows))
        expected = screen_subjects(Screener(hub, LISTED), subjects, query)
    assert expected.hits
    found = engine.ClusterScreening(url, query, LISTED, master=cluster).screen(subjects)
    assert found == replace(expected, hits=found.hits)
    assert [hit.entity_id for hit in found.hits] == [hit.entity_id for hit in expected.hits]
    assert found.hits == expected.hits
