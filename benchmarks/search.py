"""Measure what people find who type one thing: `python -m benchmarks.search --store … --url …`.

    resolver serve --store sqlite:///hub.db --port 8000
    python -m benchmarks.search --store sqlite:///hub.db --url http://127.0.0.1:8000

Surnames, document numbers, telephones, distinctive words of company names, and towns are drawn from
the records of the store, and searched alone. For each sort of text the table has the share of which
the first result, and one of the first five, states it, and the milliseconds of an answer for one
caller over one connection.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np

from resolver.names.folding import fold, letters
from resolver.records import Kind, Record
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS
from resolver.store import Store

_SEED = 11
_TOP = 5
_MAX_RECORDS = 20_000
_MIN_WORD = 4
_MIN_DIGITS = 6
_NAMES = (*FULL_NAMES, *NAME_PARTS)
STATED_IN: Mapping[str, Sequence[str]] = {
    "surname": _NAMES,
    "number": (*IDENTIFIERS, "notes"),
    "phone": ("phone", "notes"),
    "company": _NAMES,
    "town": ("address", "birthPlace"),
}
"""Properties by which a result states a text, by its sort. Numbers that FollowTheMoney refuses are
in the notes.
"""
_NUMBERS = ("number", "phone")


def _surnames(record: Record) -> Iterator[str]:
    if record.kind is Kind.PERSON:
        # of a name in one piece, the last word
        yield from record.texts("lastName") or (record.caption.split()[-1:])


def _company_words(record: Record) -> Iterator[str]:
    if record.kind is Kind.GROUP:
        words = [word for name in record.texts("name") for word in name.split()]
        yield from [word for word in words if word.isalpha() and len(word) >= _MIN_WORD]


def draw_texts(url: str, count: int) -> dict[str, list[str]]:
    """Return up to `count` distinct texts of each sort from a store, at random with a fixed seed.

    A word of a company's name is distinctive if few of the records read have it.
    """
    dice = random.Random(_SEED)
    drawn: dict[str, dict[str, None]] = defaultdict(dict)
    bearers: dict[str, int] = defaultdict(int)
    for record in _draw_records(url):
        drawn["surname"].update(dict.fromkeys(_surnames(record)))
        numbers = [item.number for item in record.identifiers]
        drawn["number"].update(
            dict.fromkeys(text for text in numbers if sum(map(str.isdigit, text)) >= _MIN_DIGITS)
        )
        drawn["phone"].update(dict.fromkeys(record.texts("phone")))
        drawn["town"].update(dict.fromkeys(item.city for item in record.addresses))
        for word in set(_company_words(record)):
            drawn["company"][word] = None
            bearers[word] += 1
    drawn["company"] = dict.fromkeys(word for word in drawn["company"] if bearers[word] < _TOP)
    texts = {sort: [text for text in drawn[sort] if fold(text)] for sort in STATED_IN}
    return {sort: dice.sample(some, min(count, len(some))) for sort, some in texts.items()}


def _draw_records(url: str) -> list[Record]:
    with Store.open(url, create=False) as store, store.view() as view:
        numbers, _ = view.all_members()
        size = min(_MAX_RECORDS, len(numbers))
        drawn = np.random.default_rng(_SEED).choice(numbers, size=size, replace=False)
        return [stored.record for stored in view.records(sorted(drawn.tolist()))]


def is_stated(sort: str, text: str, entity: Mapping[str, Any]) -> bool:
    """Return whether an entity states a text: all of its words in one value, or a number in it."""
    words, joined = set(fold(text).split()), letters(text)
    return any(
        joined in letters(value) if sort in _NUMBERS else words <= set(fold(value).split())
        for prop in STATED_IN[sort]
        for value in entity["properties"].get(prop, ())
    )


def measure_search(url: str, texts: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Search each text alone; return shares and milliseconds by sort of text."""
    parts = urlsplit(url)
    address = parts.hostname or "127.0.0.1", parts.port or 80
    figures = {}
    with closing(http.client.HTTPConnection(*address)) as connection:
        for sort, some in texts.items():
            outcomes = [_search(connection, sort, text) for text in some]
            if outcomes:
                first, top, times = np.array(outcomes, dtype=float).T
                median, p95 = np.percentile(times, [50, 95])
                figures[sort] = {
                    "texts": len(some),
                    "first": float(first.mean()),
                    "top five": float(top.mean()),
                    "p50": float(median),
                    "p95": float(p95),
                }
    return figures


def _search(
    connection: http.client.HTTPConnection, sort: str, text: str
) -> tuple[bool, bool, float]:
    """Return whether the first result states a text, whether one of five does, and the time."""
    start = time.perf_counter()
    connection.request("GET", f"/search/default?{urlencode({'q': text, 'limit': _TOP})}")
    answer = json.loads(connection.getresponse().read())
    elapsed = 1000 * (time.perf_counter() - start)
    stated = [is_stated(sort, text, entity) for entity in answer["results"]]
    return any(stated[:1]), any(stated), elapsed


def main() -> None:
    """Measure, and print one line for each sort of text."""
    parser = argparse.ArgumentParser(description="Search texts of a store alone.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--texts", type=int, default=150)
    options = parser.parse_args()
    figures = measure_search(options.url, draw_texts(options.store, options.texts))
    for sort, row in figures.items():
        print(f"{sort:8}", " ".join(f"{name} {value:.4g}" for name, value in row.items()))


if __name__ == "__main__":
    main()
