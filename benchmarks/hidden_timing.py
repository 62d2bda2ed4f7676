"""Measure whether the time of an answer tells of a record that its reader may not see.

    python -m benchmarks.hidden_timing --requests 2000 --only /check

Three stores hold the same generated persons: `absent` and `control` nothing else, `hidden` in
addition records of another agency (H3), one of which belongs to the entity of a visible person. One
process serves all three and sends them the same requests in turn, in random order: searches, checks
and screenings for exactly what only a hidden record says, ids of hidden records, pairs of entities
with and without a hidden record, and the queue.

With `--answers` the stores differ in what the agency chose for its source: `silent` has the hidden
records and answers nothing; `short` and `long` answer a check for the hidden person with a contact,
and hold one record with two values or with all values.

The AUC is the probability that a request to one store takes longer than a request to the other.
0.5 tells nothing, 1 tells all. It is printed for single requests and for medians of 60, between
`absent` and `hidden`, or the pairs of `--answers`, and, as the noise of the machine, between
`absent` and `control`. Two clocks
run at once: the clock on the wall, which a caller has too, and the processor time of the thread.
Other programs disturb the processor time less, so it finds smaller differences.
"""

from __future__ import annotations

import argparse
import gc
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.check.screener import MatchQuery
from resolver.hub.admin import create_key, update_source
from resolver.hub.hub import Hub
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Handling, Identifier, Kind, Record, Value
from resolver.records.visibility import Viewer
from resolver.screening.screen import build_subject, screen_subjects
from resolver.world import generate

Times = npt.NDArray[np.float64]
MEDIAN_OF = 60
HIDDEN = (("absent", "hidden"), ("absent", "control"))
ANSWERS = (("absent", "silent"), ("short", "long"), ("absent", "control"))
"""Pairs of stores whose times are compared."""
_NO_LIMIT = 10**9
_CLOSED = Handling("River", "H3")
_NAME, _BORN, _PASSPORT, _PHONE = "Zeta Verborgen", "1961-07-08", "K7719034", "+44 20 7946 0111"
_ALIAS, _MAIL = "Tamara Ulrich", "tamara.u@example.org"
Send = Callable[[], object]
"""Sends one request to one store."""
_ADDRESSES = (
    f"/search/default?q={_NAME}",
    f"/search/default?q={_PASSPORT}",
    f"/search/default?q={_PHONE}",
    f"/search/default?q={_ALIAS}",
    f"/check?name={_NAME}&birthDate={_BORN}",
    f"/check?name={_ALIAS}",
    f"/check?name=Nobody Here&passportNumber={_PASSPORT}",
    f"/check?name=Nobody Here&phone={_PHONE}",
    "/entities/h:1",
    "/entities/h:2",
    "/pairs/h:1/h:2",
    "/queue",
)
"""Addresses that ask for what only hidden records say; `list_addresses` adds those that ask for the
visible person.
"""
_QUERIES = (
    {"name": [_NAME], "birthDate": [_BORN]},
    {"name": [_ALIAS]},
    {"name": ["Nobody Here"], "passportNumber": [_PASSPORT]},
)
"""Persons that `/match` and a screening are asked for."""


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


def records_of(store: str, hidden: Sequence[Record]) -> Sequence[Record]:
    """Return the hidden records of a store."""
    alone = hidden[0]
    plain = tuple(value for value in alone.values if value.prop in ("name", "birthDate"))
    short = replace(alone, values=plain, identifiers=())
    chosen = {"hidden": hidden, "silent": hidden, "short": (short,), "long": (alone,)}
    return chosen.get(store, ())


@contextmanager
def open_requests(
    folder: Path, records: int, pairs: Sequence[tuple[str, str]] = HIDDEN
) -> Iterator[Mapping[str, Mapping[str, Send]]]:
    """Yield the requests by name, each as what sends it to each store, with a key of an agency that
    may not see hidden records.
    """
    visible, hidden = make_records(records)
    with ExitStack() as stack:
        persons = [row for row in visible if row.kind is Kind.PERSON][:3]
        requests: dict[str, dict[str, Send]] = {}
        for name in dict.fromkeys(name for pair in pairs for name in pair):
            url = f"sqlite:///{folder}/{name}.db"
            with Hub.open(url, RunOptions(workers=1)) as hub:
                hub.add(Intake(Batch.from_records(visible).canonical(), (), ()))
                answers = {"silent": "silent", "short": "contact", "long": "contact"}.get(name)
                if answers:
                    update_source(url, "h", agency=_CLOSED.agency, answers=answers)
                if own := records_of(name, hidden):
                    hub.add(Intake(Batch.from_records(own).canonical(), (), ()))
            key = create_key(url, "coast", "Coast", ("check", "review"))
            settings = ServiceSettings(
                url,
                rate=0,
                accept_restricted=True,
                contacts_of_person=_NO_LIMIT,
                contacts_of_agency=_NO_LIMIT,
            )
            app = create_app(settings)
            service: Service = app.extensions["resolver"]
            stack.callback(service.close)
            service.warm()
            # as when it serves, no check reads the store
            service.screener.follow(3_600)
            client = app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"ApiKey {key}"
            for label, send in list_requests(client, service, persons).items():
                requests.setdefault(label, {})[name] = send
        yield requests


def list_requests(client: Any, service: Service, persons: Sequence[Record]) -> dict[str, Send]:
    """Return the requests to one store by name, given three visible persons, of whom the first has
    a hidden record.
    """

    def get(address: str) -> Send:
        is_absent = "h:" in address

        def send() -> None:
            answer = client.get(address)
            assert answer.status_code == (404 if is_absent else 200), answer.text

        return send

    def match(properties: Mapping[str, Sequence[str]]) -> Send:
        body = {"queries": {"q": {"schema": "Person", "properties": properties}}}

        def send() -> None:
            answer = client.post("/match/default", json=body)
            assert answer.status_code == 200, answer.text

        return send

    def screen(properties: Mapping[str, Sequence[str]]) -> Send:
        # what a worker does; jobs only carry it
        values = tuple(
            Value(name, text)
            for name, texts in properties.items()
            for text in texts
            if name != "passportNumber"
        )
        numbers = tuple(
            Identifier("passportNumber", text) for text in properties.get("passportNumber", ())
        )
        record = Record("q:1", "q", Kind.PERSON, "Person", values, identifiers=numbers)
        subjects, options = [build_subject(record)], MatchQuery(viewer=Viewer("coast", "Coast"))
        return lambda: screen_subjects(service.screener, subjects, options)

    shown, *others = persons
    pairs = [f"/pairs/{shown.id}/{others[0].id}", f"/pairs/{others[0].id}/{others[1].id}"]
    own = [f"/search/default?q={shown.caption}", f"/check?name={shown.caption}"]
    queries = [*_QUERIES, {"name": [shown.caption]}]
    return {
        **{f"GET {address}": get(address) for address in (*_ADDRESSES, *own, *pairs)},
        **{f"POST /match {query}": match(query) for query in queries},
        **{f"screening {query}": screen(query) for query in queries},
    }


def measure(
    senders: Mapping[str, Send], requests: int, seed: int = 1
) -> tuple[Mapping[str, Times], Mapping[str, Times]]:
    """Return the seconds of some requests to each store, which take turns in random order: by the
    clock on the wall, and of the processor.
    """
    dice, order = random.Random(seed), list(senders)
    seconds: tuple[dict[str, list[float]], dict[str, list[float]]] = (
        {name: [] for name in senders},
        {name: [] for name in senders},
    )
    for _ in range(20):
        for send in senders.values():
            send()
    gc.collect()
    gc.disable()
    try:
        for _ in range(requests):
            dice.shuffle(order)
            for name in order:
                started, used = time.perf_counter(), time.thread_time()
                senders[name]()
                seconds[1][name].append(time.thread_time() - used)
                seconds[0][name].append(time.perf_counter() - started)
    finally:
        gc.enable()
    wall, processor = ({name: np.array(row) for name, row in rows.items()} for rows in seconds)
    return wall, processor


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


def run(
    records: int, requests: int, only: str = "", pairs: Sequence[tuple[str, str]] = HIDDEN
) -> Iterator[tuple[str, list[Separation]]]:
    """Yield each request whose name contains `only`, and how well its times tell the stores of each
    pair apart: by the clock on the wall, and by that of the processor.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        open_requests(Path(folder), records, pairs) as senders_of,
    ):
        for label, senders in senders_of.items():
            if only in label:
                yield (
                    label,
                    [
                        compare(times[left], times[right])
                        for times in measure(senders, requests)
                        for left, right in pairs
                    ],
                )


def main() -> int:
    """Print the AUC of each request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=400, help="generated persons, about")
    parser.add_argument("--requests", type=int, default=2_000, help="requests to each store")
    parser.add_argument("--only", default="", help="only requests whose name has this text")
    parser.add_argument("--answers", action="store_true", help="compare answers of sources")
    options = parser.parse_args()
    pairs = ANSWERS if options.answers else HIDDEN
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    columns = [f"{clock} {name}" for clock in ("wall", "cpu") for _, name in pairs]
    print(f"{'AUC of single requests / of medians':60}", *(f"{text:>13}" for text in columns))
    for label, separations in run(options.records, options.requests, options.only, pairs):
        figures = [f"{row.single:.3f} / {row.medians:.3f}" for row in separations]
        print(f"{label[:60]:60}", *figures, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
