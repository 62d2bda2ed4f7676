"""Measure checks by a name alone: who is shown, who is a match, and whether scores are true.

    python -m benchmarks.check_names --records 30000
    python -m benchmarks.check_names LIST... --seed 2
    python -m benchmarks.check_names --records 100000 --ask cultures
    python -m benchmarks.check_names LIST... --ask invented
    python -m benchmarks.check_names --records 20000 --ask dated

Names are asked against a generated world or lists (`resolver.training.fit.check_fit`): as records
have them, with slips, without a word, as another agency writes them, and names of strangers, who
come from another world and may bear a listed name by chance. For some shares of strangers it finds
the score that this share exceeds, and prints how many listed names score higher. Scores are
compared with the truth where the stated share of callers is listed (`--listed`), each way to ask as
often as in training.

With `--ask cultures`, names of listed people of each naming culture of a generated world are asked
with a slip in one letter. With `--ask invented`, groups and vessels are asked that are on no list,
exactly and without a kind, under names that are made of common words of listed names, in their
proportion, and of invented ones (`NameInventor`).

With `--ask dated`, people are asked with a birth date: strangers of another world, and listed
people with their date, one with a wrong digit, and the year alone. Listed people of whom no record
has a date are asked with that of somebody else.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.check.screener import MatchQuery, Screener
from resolver.cli.arguments import read_list_files
from resolver.cli.options import ReadingOptions
from resolver.cli.process_start import ProgressBars
from resolver.hub.hub import Hub, temporary_hub
from resolver.lists.formats.ftm.ftm_entity import ANYTHING
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions
from resolver.records import DEFAULT_SCHEMA, Batch, Kind, Record, Value
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.records.properties import BIRTH_DATE
from resolver.training.fit.check_fit import (
    MISTYPED,
    SHARES,
    UNLISTED,
    NameQuery,
    QueryWorld,
    query_lists,
    query_world,
)
from resolver.training.typos import mistype_letter
from resolver.world import World, generate

MATCH = 0.5
EXCEEDED = (0.002, 0.005, 0.01, 0.02, 0.05)
"""Shares of strangers of the curves."""
BINS = (0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)
_SHOWN, _STRANGERS, _FIRST_SEED = 20, 5_000, 7_000
_PER_CULTURE, _MIN_PER_CULTURE = 150, 50
"""Names asked of each culture, and the least that say something."""
_DATED, _MIN_LETTERS, _FULL_DATE = 400, 8, len("1970-01-31")
"""Listed people who are asked with a birth date, letters of their names at least, and letters of a
full date."""
_INVENTED = 400
"""Invented names asked of each kind."""
_COMMON, _MIN_INVENTED = 3, 4
"""Names that have a word which is nobody's own, and letters of an invented word, at least."""
Floats = npt.NDArray[np.float64]


def ask(
    hub: Hub, queries: Sequence[NameQuery], listed: float | None
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return for each query the best score, the score of the entity it means (0 if it is not among
    the answers), and whether an answer is shown that is right, or of a stranger any answer.

    Each is asked twice: for all scores, and for what is shown where no cutoff is stated.
    """
    screener = Screener(hub, listed)
    best, right = np.zeros(len(queries)), np.zeros(len(queries))
    is_shown = np.zeros(len(queries), dtype=bool)
    for place, query in enumerate(queries):
        for options in (MatchQuery(_SHOWN, 0.0), MatchQuery(_SHOWN)):
            (result,), _ = screener.check([query.record], options)
            scores = [match.score for match in result.matches]
            is_right = [
                not query.true_ids.isdisjoint(match.entity["referents"]) for match in result.matches
            ]
            if options.cutoff is None:
                is_shown[place] = any(is_right) if query.true_ids else bool(scores)
            else:
                best[place] = max(scores, default=0.0)
                own = [score for score, own in zip(scores, is_right, strict=True) if own]
                right[place] = max(own, default=0.0)
    return best, right, is_shown


def report(kind: Kind, queries: Sequence[NameQuery], hub: Hub, listed: float | None) -> list[str]:
    """Return the lines of one kind."""
    own = [query for query in queries if query.record.kind == kind]
    best, right, is_shown = ask(hub, own, listed)
    ways = np.array([query.way for query in own], dtype=object)
    strangers = ways == UNLISTED
    lines = [f"{kind.label}: {len(own):,} names", "  asked        names  match  shown"]
    for way in (UNLISTED, *(way for way in SHARES if (ways == way).any())):
        chosen = ways == way
        score = best if way == UNLISTED else right
        match = (score[chosen] >= MATCH).mean()
        lines.append(f"  {way:10s} {chosen.sum():6,}  {match:6.2%} {is_shown[chosen].mean():6.2%}")
    falling = np.sort(best[strangers])[::-1]
    for share in EXCEEDED if strangers.any() else ():
        border = falling[int(share * len(falling))]
        named = ", ".join(
            f"{way} {(right[ways == way] > border).mean():.1%}"
            for way in SHARES
            if (ways == way).any()
        )
        lines.append(f"  at {border:.3f}, which {share:.1%} of strangers exceed: {named}")
    lines += _calibration(best, right, ways, DEFAULT_LISTED if listed is None else listed)
    return lines


def _calibration(
    best: Floats, right: Floats, ways: npt.NDArray[np.object_], listed: float
) -> list[str]:
    """Return what the best answers say, and how often they are right, in bins of scores."""
    weights = np.zeros(len(best))
    present = {way: share for way, share in SHARES.items() if (ways == way).any()}
    for way, share in present.items():
        weights[ways == way] = listed * share / sum(present.values()) / (ways == way).sum()
    weights[ways == UNLISTED] = (1 - listed) / max((ways == UNLISTED).sum(), 1)
    lines = []
    for low, high in itertools.pairwise(BINS):
        chosen = (best >= low) & ((best < high) | (high == 1.0)) & (best > 0)
        if chosen.sum() >= 30:
            share = weights[chosen] / weights[chosen].sum()
            is_right = (right == best)[chosen] & (ways != UNLISTED)[chosen]
            said, true = (share * best[chosen]).sum(), (share * is_right).sum()
            lines.append(
                f"  {low:.2f} to {high:.2f}: said {said:.2f}, true {true:.2f} ({chosen.sum():,})"
            )
    return lines


def report_dated(
    records: Sequence[Record],
    truth: Mapping[str, str],
    strangers: Sequence[Record],
    hub: Hub,
    listed: float | None,
    seed: int,
) -> list[str]:
    """Return a line for each way to ask with a birth date: how many are shown, and a match.

    `truth`: true ids by record id; a record without one is a person of its own.
    """
    chance = random.Random(f"{seed}:dated")

    def people(rows: Sequence[Record], *, have_date: bool) -> list[Record]:
        own = [row for row in rows if row.kind is Kind.PERSON and len(row.caption) >= _MIN_LETTERS]
        return [row for row in own if bool(row.texts(BIRTH_DATE)) == have_date]

    queries: list[NameQuery] = []

    def add(way: str, name: str, date: str, true_ids: frozenset[str]) -> None:
        values = (Value("name", name), Value(BIRTH_DATE, date))
        query = Record("query:1", "query", Kind.PERSON, "Person", values)
        queries.append(NameQuery(query, true_ids, way))

    dated_strangers = people(strangers, have_date=True)
    for row in dated_strangers:
        add(UNLISTED, row.caption, row.texts(BIRTH_DATE)[0], frozenset())
    known = people(records, have_date=True)
    dated = {truth.get(row.id, row.id) for row in records if row.texts(BIRTH_DATE)}
    unknown = people(records, have_date=False)
    unknown = [row for row in unknown if truth.get(row.id, row.id) not in dated]
    for row in chance.sample(known, min(_DATED, len(known))):
        date, own = row.texts(BIRTH_DATE)[0], frozenset({row.id})
        wrong = _change_digit(date, chance)
        for how, name in (("exact", row.caption), ("letter less", _drop_letter(row, chance))):
            add(how, name, date, own)
            add(f"{how}, year alone", name, date[:4], own)
            if len(date) == _FULL_DATE:
                add(f"{how}, a digit wrong", name, wrong, own)
    for row in chance.sample(unknown, min(_DATED, len(unknown))):
        date, own = chance.choice(dated_strangers).texts(BIRTH_DATE)[0], frozenset({row.id})
        add("exact, no date listed", row.caption, date, own)
        add("letter less, no date listed", _drop_letter(row, chance), date, own)
    best, right, is_shown = ask(hub, queries, listed)
    ways = np.array([query.way for query in queries], dtype=object)
    lines = ["  asked                          names  match  shown"]
    for way in dict.fromkeys(ways):
        chosen = ways == way
        score = best if way == UNLISTED else right
        match = (score[chosen] >= MATCH).mean()
        lines.append(f"  {way:29s} {chosen.sum():6,} {match:6.2%} {is_shown[chosen].mean():6.2%}")
    return lines


def _drop_letter(record: Record, chance: random.Random) -> str:
    place = chance.randrange(1, len(record.caption))
    return record.caption[:place] + record.caption[place + 1 :]


def _change_digit(date: str, chance: random.Random) -> str:
    """Return a date with another last digit of the day, or as it is if that is no date."""
    if len(date) != _FULL_DATE or date[-2] not in "012":
        return date
    return date[:-1] + chance.choice([digit for digit in "12345678" if digit != date[-1]])


def report_cultures(world: World, hub: Hub, listed: float | None, seed: int) -> list[str]:
    """Return a line for each naming culture: how many mistyped names of its people are found."""
    by_culture: dict[str, list[NameQuery]] = {}
    ids_of: dict[str, set[str]] = {}
    for record in world.records:
        ids_of.setdefault(world.truth[record.id], set()).add(record.id)
    chance = random.Random(f"{seed}:cultures")
    for record in chance.sample(world.records, len(world.records)):
        true_id = world.truth[record.id]
        name = mistype_letter(record.caption, chance)
        own = by_culture.setdefault(world.cultures[true_id], [])
        # a group has the culture of its founders
        if record.kind == Kind.PERSON and name != record.caption and len(own) < _PER_CULTURE:
            own.append(NameQuery(_named(name, Kind.PERSON), frozenset(ids_of[true_id]), MISTYPED))
    lines, shares = ["  culture            names  match  shown"], []
    for culture, queries in sorted(by_culture.items()):
        if len(queries) < _MIN_PER_CULTURE:
            continue
        _, right, is_shown = ask(hub, queries, listed)
        shares.append((float(is_shown.mean()), culture))
        match = (right >= MATCH).mean()
        lines.append(f"  {culture:16s} {len(queries):7,}  {match:6.2%} {is_shown.mean():6.2%}")
    worst, culture = min(shares)
    return [*lines, f"  worst: {culture}, {worst:.1%} shown"]


def report_invented(
    records: Sequence[Record], hub: Hub, listed: float | None, seed: int
) -> list[str]:
    """Return a line for groups and one for vessels: how many invented names match something."""
    chance = random.Random(f"{seed}:invented")
    known = {name.casefold() for record in records for name in record.texts("name", "alias")}
    lines = ["  invented   names  match  shown"]
    for kind in (Kind.GROUP, Kind.ASSET):
        names = [row.caption for row in records if row.kind == kind and row.caption.isascii()]
        if not names:
            continue
        inventor, invented = NameInventor(names, chance), set[str]()
        for _ in range(_INVENTED * 5):
            name = inventor.invent()
            if name.casefold() not in known and len(invented) < _INVENTED:
                invented.add(name)
        queries = [
            NameQuery(_named(name, Kind.ANY), frozenset(), UNLISTED) for name in sorted(invented)
        ]
        best, _, is_shown = ask(hub, queries, listed)
        match, shown = (best >= MATCH).mean(), is_shown.mean()
        lines.append(f"  {kind.label:8s} {len(queries):7,}  {match:6.2%} {shown:6.2%}")
        lines.append(f"    such as {', '.join(sorted(invented)[:: _INVENTED // 4])}")
    return lines


class NameInventor:
    """Inventor of names that nobody bears, of the words of some names in their proportion.

    A name is as long as one of the names. Each word is drawn from the words that stand there in
    names: first, last or between. A word that fewer than `_COMMON` names have is the own name of
    somebody. Another one is invented in its place, letter by letter, each drawn from the letters
    that follow the two before it in such words.
    """

    def __init__(self, names: Sequence[str], chance: random.Random) -> None:
        self._chance = chance
        self._lengths = [len(name.split()) for name in names]
        self._words: dict[int, list[str]] = {}
        self._letters: dict[str, list[str]] = {}
        bearers = Counter(word.casefold() for name in names for word in {*name.split()})
        self._is_common = {word for word, count in bearers.items() if count >= _COMMON}
        for name in names:
            words = name.split()
            for place, word in enumerate(words):
                self._words.setdefault(self._position(place, len(words)), []).append(word)
                if word.casefold() not in self._is_common:
                    spelled = f"^^{word.casefold()}$"
                    for last in range(2, len(spelled)):
                        self._letters.setdefault(spelled[last - 2 : last], []).append(spelled[last])

    @staticmethod
    def _position(place: int, length: int) -> int:
        return 0 if place == 0 else 2 if place == length - 1 else 1

    def invent(self) -> str:
        """Return a name."""
        length = self._chance.choice(self._lengths)
        words = []
        for place in range(length):
            word = self._chance.choice(self._words[self._position(place, length)])
            words.append(word if word.casefold() in self._is_common else self._invent_word())
        return " ".join(words)

    def _invent_word(self) -> str:
        while True:
            letters, state = "", "^^"
            while (letter := self._chance.choice(self._letters[state])) != "$":
                letters, state = letters + letter, state[1] + letter
            if len(letters) >= _MIN_INVENTED and letters not in self._is_common:
                return letters.title()


def _named(name: str, kind: Kind) -> Record:
    return Record(
        "query:1", "query", kind, DEFAULT_SCHEMA.get(kind, ANYTHING), (Value("name", name),)
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lists", nargs="*", type=Path)
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--listed", type=float)
    parser.add_argument("--kind", choices=("person", "group", "asset"), default="person")
    parser.add_argument("--ask", choices=("ways", "cultures", "invented", "dated"), default="ways")
    options = parser.parse_args(arguments)
    # no model learns from these seeds
    seed = _FIRST_SEED + options.seed
    if options.ask == "cultures" and options.lists:
        parser.error("only the people of a generated world have known cultures: leave out LIST")
    strangers = generate(_STRANGERS, seed=seed + 1).records
    world = None if options.lists else generate(options.records, seed=seed)
    if world is None:
        with ProgressBars() as bars:
            intake = read_list_files(tuple(options.lists), ReadingOptions(), bars)
        queries = query_lists(intake, strangers, seed)
    elif options.ask == "ways":
        own = QueryWorld(world.records, world.truth, strangers, seed)
        intake, queries = query_world(own)
    else:
        intake, queries = Intake(Batch.from_records(world.records).canonical(), (), ()), []
    with temporary_hub(intake, RunOptions()) as hub:
        if world is not None and options.ask == "cultures":
            lines = report_cultures(world, hub, options.listed, seed)
        elif options.ask == "dated":
            records = list(intake.batch.to_records())
            truth = {} if world is None else world.truth
            lines = report_dated(records, truth, strangers, hub, options.listed, seed)
        elif options.ask == "invented":
            records = list(intake.batch.to_records())
            lines = report_invented(records, hub, options.listed, seed)
        else:
            lines = report(Kind[options.kind.upper()], queries, hub, options.listed)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
