"""Measure whether the time of an answer tells of a record that its reader may not see.

    python -m benchmarks.hidden_timing --requests 2000

Three stores hold the same generated persons: `absent` and `control` nothing else, `hidden` in
addition records of another agency (H3), one of which belongs to the entity of a visible person. One
process serves all three and sends them the same requests in turn, in random order: searches and
checks for exactly what only a hidden record says, and pairs of entities with and without a hidden
record. The AUC is the probability that a request to one
store takes longer than a request to the other: 0.5 tells nothing, 1 tells all. It is printed for
single requests and for medians of 60, between `absent` and `hidden`, and, as the noise of the
machine, between `absent` and `control`.
"""

from __future__ import annotations

import argparse
import gc
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Handling, Identifier, Kind, Record, Value
from resolver.world import generate

Times = npt.NDArray[np.float64]
MEDIAN_OF = 60
NAMES = ("absent", "control", "hidden")
_CLOSED = Handling("River", "H3")
_NAME, _BORN, _PASSPORT, _PHONE = "Zeta Verborgen", "1961-07-08", "K7719034", "+44 20 7946 0111"
_ALIAS, _MAIL = "Tamara Ulrich", "tamara.u@example.org"
_PATHS = (
    f"/search/default?q={_NAME}",
    f"/search/default?q={_PASSPORT}",
    f"/search/default?q={_PHONE}",
    f"/search/default?q={_ALIAS}",
    f"/check?name={_NAME}&birthDate={_BORN}",
    f"/check?name={_ALIAS}",
    f"/check?name=Nobody Here&passportNumber={_PASSPORT}",
    f"/check?name=Nobody Here&phone={_PHONE}",
)
"""Requests for what only hidden records say; `list_paths` adds those for the visible person."""


@dataclass(frozen=True, slots=True)
class Separation:
    """AUC of the times of a request between two stores: of single requests and of medians."""

    single: float
    medians: float


def make_records(count: int) -> tuple[list[Record], list[Record]]:
    """Return the visible records, and the hidden ones; the last of these is of the first visible
    person.
    """
    persons = [
        # an id with a slash cannot be part of the address of a pair
        replace(row, id=row.id.replace("/", "-"))
        for row in generate(count, seed=11).records
        if row.kind is Kind.PERSON
    ]
    shown = next(row for row in persons if row.texts("name") and row.texts("birthDate"))
    separate_record = Record(
        "h:1",
        "h",
        Kind.PERSON,
        "Person",
        (
            Value("name", _NAME),
            Value("birthDate", _BORN),
            Value("phone", _PHONE),
        ),
        identifiers=(Identifier("passportNumber", _PASSPORT),),
        handling=_CLOSED,
    )
    added = (Value("alias", _ALIAS), Value("email", _MAIL))
    shared = replace(shown, id="h:2", source="h", values=(*shown.values, *added), handling=_CLOSED)
    return [shown, *(row for row in persons if row.id != shown.id)], [separate_record, shared]


@contextmanager
def open_services(folder: Path, records: int) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Yield a client of each store, with a key of an agency that may not see hidden records, and
    the paths of the requests.
    """
    visible, hidden = make_records(records)
    with ExitStack() as stack:
        clients: dict[str, Any] = {}
        for name in NAMES:
            url = f"sqlite:///{folder}/{name}.db"
            with Hub.open(url, RunOptions(workers=1)) as hub:
                hub.add(Intake(Batch.from_records(visible).canonical(), (), ()))
                if name == "hidden":
                    hub.add(Intake(Batch.from_records(hidden).canonical(), (), ()))
            key = create_key(url, "coast", "Coast", ("check", "review"))
            app = create_app(ServiceSettings(url, rate=0, accept_restricted=True))
            service: Service = app.extensions["resolver"]
            stack.callback(service.close)
            service.warm()
            client = app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"ApiKey {key}"
            clients[name] = client
        yield clients, list_paths([row for row in visible if row.kind is Kind.PERSON][:3])


def list_paths(visible: Sequence[Record]) -> list[str]:
    """Return the requests, given three visible persons, of whom the first has a hidden record."""
    shown, *others = visible
    pairs = [f"/pairs/{shown.id}/{others[0].id}", f"/pairs/{others[0].id}/{others[1].id}"]
    return [*_PATHS, f"/search/default?q={shown.caption}", f"/check?name={shown.caption}", *pairs]


def measure(
    clients: Mapping[str, Any], path: str, requests: int, seed: int = 1
) -> Mapping[str, Times]:
    """Return the seconds of some requests to each store, which take turns in random order."""
    dice, order = random.Random(seed), list(clients)
    seconds: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(20):
        for client in clients.values():
            client.get(path)
    gc.collect()
    gc.disable()
    try:
        for _ in range(requests):
            dice.shuffle(order)
            for name in order:
                started = time.perf_counter()
                client_answer = clients[name].get(path)
                seconds[name].append(time.perf_counter() - started)
                assert client_answer.status_code == 200, client_answer.get_data(as_text=True)
    finally:
        gc.enable()
    return {name: np.array(times) for name, times in seconds.items()}


def separate(left: Times, right: Times) -> float:
    """Return how well times tell two stores apart: their AUC, or that of the reverse if larger."""
    order = np.argsort(np.concatenate([left, right]), kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    wins = rank[: len(left)].sum() - len(left) * (len(left) + 1) / 2
    area = float(wins / (len(left) * len(right)))
    return max(area, 1 - area)


def compare(left: Times, right: Times) -> Separation:
    """Return how well the times of one request tell two stores apart."""
    count = len(left) // MEDIAN_OF * MEDIAN_OF
    medians = [np.median(times[:count].reshape(-1, MEDIAN_OF), axis=1) for times in (left, right)]
    return Separation(separate(left, right), separate(*medians) if count >= 2 * MEDIAN_OF else 0.5)


def run(records: int, requests: int) -> Iterator[tuple[str, Separation, Separation]]:
    """Yield each request, and how well its times tell `hidden` and `control` from `absent`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_services(Path(folder), records) as (clients, paths),
    ):
        for path in paths:
            times = measure(clients, path, requests)
            yield (
                path,
                compare(times["absent"], times["hidden"]),
                compare(times["absent"], times["control"]),
            )


def main() -> int:
    """Print the AUC of each request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=400, help="generated persons, about")
    parser.add_argument("--requests", type=int, default=2_000, help="requests to each store")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"{'request':60}  hidden: single  medians  control: single  medians")
    for path, hidden, control in run(options.records, options.requests):
        print(
            f"{path:60}  {hidden.single:14.3f}  {hidden.medians:7.3f}"
            f"  {control.single:15.3f}  {control.medians:7.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
