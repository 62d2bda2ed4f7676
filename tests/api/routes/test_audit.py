"""The audit log over HTTP: for auditors, each with what their agency looked up."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.hub.admin import create_key
from tests.api.conftest import Open

pytestmark = pytest.mark.slow


def test_an_auditor_reads_the_log_of_one_agency(open_app: Open, url: str) -> None:
    asking = {name: create_key(url, f"{name} gate", name, ["check"]) for name in ("Coast", "River")}
    reading = {
        "Coast": create_key(url, "coast audit", "Coast", ["audit"]),
        "all": create_key(url, "hub audit", "", ["audit"]),
        "admin": create_key(url, "admin", "River", ["admin"]),
    }
    client, service = open_app()

    def ask(key: str, path: str) -> Any:
        """Send a request with a key, and wait until its event is written."""
        answer = client.get(path, headers={"Authorization": f"ApiKey {key}", "X-Purpose": "case"})
        service.audit_log.flush()
        return answer

    for name, key in asking.items():
        assert ask(key, f"/check?name={name}+Sample").status_code == 200
        assert ask(key, "/audit").status_code == 403
    assert ask(reading["all"], "/check?name=Ann").status_code == 403
    seen = {
        reader: [(row["who"], row["action"]) for row in ask(key, "/audit").json["events"]]
        for reader, key in reading.items()
    }
    checks = [("Coast gate", "check"), ("River gate", "check")]
    assert seen["Coast"] == checks[:1]
    assert [row for row in seen["all"] if row[1] == "check"] == checks
    assert [row for row in seen["admin"] if row[1] == "check"] == checks
    assert ("hub audit", "audit") in seen["admin"]
    paths = ("agency=River", "agency=River&record=coast:1", "who=River+gate", "record=absent:1")
    for path in paths:
        assert ask(reading["Coast"], f"/audit?{path}").json["events"] == []
    (row,) = ask(reading["all"], "/audit?who=River+gate").json["events"]
    assert row["purpose"] == "case"
    assert "River Sample" in str(row["query"])
    first = ask(reading["all"], "/audit?limit=1").json
    assert ask(reading["all"], f"/audit?after={first['next']}").json["events"][0] != first["events"]
    assert ask(reading["all"], "/audit?since=2999").json == {"events": [], "next": 0}
    assert ask(reading["all"], "/audit?limit=0").status_code == 422
