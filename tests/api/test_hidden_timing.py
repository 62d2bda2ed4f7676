"""Time of checks, searches and pages of pairs: it tells of no hidden record that a request would
find.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from resolver.api import ServiceSettings, create_app
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier
from tests.api.desk.world import word
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.nightly

NAME, PASSPORT = "Quirin Heimlich", "K7719034"
REQUESTS = 2_000
"""Requests of each sort, half of them to either store."""
MAX_AUC = 0.55
"""Limit on the probability that a request to one store takes longer than one to the other."""


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Any, dict[str, str]]]]:
    """Yield clients with a key that may not see it, of a store without a record and of one with it.

    Both stores have as many segments, and the same public records.
    """
    public = [
        record(f"coast:{number}", name=f"{word(number % 90)} {word(number * 7 % 90)}")
        for number in range(300)
    ]
    secret = record(
        "secret:1",
        name=NAME,
        birthDate="1930-05-05",
        identifiers=[Identifier("passportNumber", PASSPORT)],
    )
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        ExitStack() as stack,
    ):
        services = []
        closed = Handling("River", "H3")
        joined = replace(public[8], id="secret:8", handling=closed)
        for hidden in ([], [replace(secret, handling=closed), joined]):
            url = f"sqlite:///{tmp_path_factory.mktemp('timing')}/hub.db"
            with Hub.open(url, OPTIONS) as hub:
                hub.add(make_intake([*public, *hidden]))
            key = create_key(url, "coast", "Coast", ["check", "review"])
            headers = {"Authorization": f"ApiKey {key}"}
            app = create_app(ServiceSettings(url, rate=0))
            service = app.extensions["resolver"]
            stack.callback(service.close)
            service.warm()
            services.append((app.test_client(), headers))
        yield services


def area_under_curve(low: list[float], high: list[float]) -> float:
    """Return the probability that a value of `high` is larger than one of `low`."""
    order = np.argsort(np.argsort(np.array([*low, *high]), kind="stable"), kind="stable")
    ranks = order[len(low) :].sum() - len(high) * (len(high) - 1) / 2
    return float(ranks / (len(low) * len(high)))


@pytest.mark.parametrize(
    "path",
    [
        f"/check?name={NAME.replace(' ', '+')}&birthDate=1930-05-05",
        f"/check?passportNumber={PASSPORT}",
        f"/search/default?q={NAME.replace(' ', '+')}",
        f"/search/default?q={PASSPORT}",
        "/pairs/coast:7/coast:100",
        # an entity with a hidden record
        "/pairs/coast:8/coast:101",
    ],
)
def test_time_tells_of_no_hidden_record(
    path: str, clients: list[tuple[Any, dict[str, str]]]
) -> None:
    dice = random.Random(path)
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(REQUESTS // 2 + 20):
        sides = [0, 1]
        dice.shuffle(sides)
        for side in sides:
            client, headers = clients[side]
            started = time.perf_counter()
            answer = client.get(path, headers=headers)
            elapsed = time.perf_counter() - started
            assert answer.status_code == 200
            if turn >= 20:
                seconds[side].append(elapsed)
    auc = area_under_curve(*seconds)
    assert 1 - MAX_AUC <= auc <= MAX_AUC, f"AUC {auc:.3f}"
