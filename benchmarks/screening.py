"""Measure a screening against checks one after another: `python -m benchmarks.screening --store …`.

Subjects are persons of a generated world that the store does not hold, with name and birth date,
and one in ten is a listed person whose name has a letter less. Both ways answer the same subjects
in turn within one run, so that the ratio does not depend on how busy the machine is.

Namesakes are counted apart: strangers with the name of a listed person whose birth date no list
states. No screening can tell such a stranger from the listed person.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence

from resolver.check.screener import MatchQuery, Screener
from resolver.hub.hub import Hub
from resolver.records import Kind, Record, Value
from resolver.records.properties import FULL_NAMES
from resolver.records.visibility import OPERATOR
from resolver.runtime.processes import collect_rarely
from resolver.runtime.threads import available_cores
from resolver.screening import Screening, ScreeningHit, Subject, build_subject, screen_subjects
from resolver.search import read_typed_text
from resolver.store import Store
from resolver.world import generate

_SEED = 9_071
_LISTED_EVERY = 10
_ROUNDS = 3
_MIN_LETTERS = 8
_QUERY = MatchQuery(10, viewer=OPERATOR)


def draw_subjects(url: str, count: int) -> list[Subject]:
    """Return subjects: ids of strangers begin with `s`, those of listed persons with `l` and hold
    the id of the record.
    """
    rng = random.Random(_SEED)
    strangers = _persons(generate(2 * count, seed=_SEED).records)
    with Store.open(url, create=False) as store, store.view() as view:
        stored = [row for part in view.batches() for row in _persons(part.batch.to_records())]
    rng.shuffle(stored)
    subjects: list[Subject] = []
    for number, stranger in enumerate(strangers):
        if len(subjects) == count:
            break
        is_listed = number % _LISTED_EVERY == 0 and stored
        source = stored.pop() if is_listed else stranger
        name, births = source.texts("name")[0], source.texts("birthDate")[:1]
        if is_listed:
            place = rng.randrange(1, len(name))
            name = name[:place] + name[place + 1 :]
        values = (Value("name", name), *(Value("birthDate", text) for text in births))
        own_id = f"l{source.id}" if is_listed else f"s{number}"
        subjects.append(
            build_subject(Record(f"people:{own_id}", "people", Kind.PERSON, "Person", values))
        )
    return subjects


def _persons(records: Sequence[Record] | Iterator[Record]) -> list[Record]:
    """Return the persons with a birth date whose name is long enough to be misspelt."""
    return [
        row
        for row in records
        if row.kind is Kind.PERSON
        and row.texts("birthDate")
        and any(len(name) >= _MIN_LETTERS for name in row.texts("name")[:1])
    ]


def describe(screening: Screening) -> str:
    """Return in one line how many strangers and how many namesakes have hits, and how many listed
    persons were found.
    """
    by_subject = screening.hits_by_subject()
    strangers = [row for row in screening.subjects if row.id.startswith("s")]
    listed = [row for row in screening.subjects if row.id.startswith("l")]
    hits = [by_subject.get(f"people:{row.id}", []) for row in strangers]
    found = sum(
        any(row.id[1:] in hit.records for hit in by_subject.get(f"people:{row.id}", []))
        for row in listed
    )
    matches = sum(any(hit.band == "match" for hit in some) for some in hits)
    namesakes = sum(any(map(is_namesake, some)) for some in hits)
    share = 100 / max(len(strangers), 1)
    return (
        f"strangers with a hit {share * sum(map(bool, hits)):.2f} % (namesakes of persons listed"
        f" without a birth date: {share * namesakes:.2f} %), in band match"
        f" {share * matches:.2f} %; listed found {100 * found / max(len(listed), 1):.1f} %"
    )


def is_namesake(hit: ScreeningHit) -> bool:
    """Return whether a hit is a person listed without a birth date under the subject's name.

    Case, accents and the order of words do not count.
    """
    stated = hit.entity["properties"]
    if stated.get("birthDate"):
        return False
    texts = (text for prop in FULL_NAMES for text in stated.get(prop, ()))
    asked = set(read_typed_text(hit.subject.name).words)
    return any(asked == set(read_typed_text(text).words) for text in texts)


def measure(url: str, count: int, sample: int) -> None:
    """Print seconds of both ways and their ratio, median of some rounds, and what was found."""
    # as the commands and the service do
    collect_rarely()
    subjects = draw_subjects(url, count)
    workers = available_cores()
    with Hub.open(url, create=False) as hub:
        screener = Screener(hub)
        screener.warm()
        screening = screen_subjects(screener, subjects[:sample], _QUERY, workers=workers)
        ratios, screened = [], 0.0
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            for subject in subjects[:sample]:
                screen_subjects(screener, [subject], _QUERY)
            single = (time.perf_counter() - start) / len(subjects[:sample])
            start = time.perf_counter()
            screening = screen_subjects(screener, subjects, _QUERY, workers=workers)
            screened = time.perf_counter() - start
            ratios.append(single / (screened / len(subjects)))
    ratio = sorted(ratios)[len(ratios) // 2]
    print(
        f"{len(subjects):,} subjects on {workers} cores: {screened:.1f} s,"
        f" {1e3 * screened / len(subjects):.2f} ms each; one check after another {ratio:.1f} times"
        " as long"
    )
    print(describe(screening))


def main() -> None:
    """Measure by the arguments of the command."""
    parser = argparse.ArgumentParser(description="Screen subjects against a store.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--subjects", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=500, help="subjects checked one by one")
    options = parser.parse_args()
    measure(options.store, options.subjects, options.sample)


if __name__ == "__main__":
    main()
