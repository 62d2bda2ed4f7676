"""Quality on names alone: `python -m benchmarks.names [--data DIR] [--model DIR]`.

Two tables, of names scored as records that hold nothing else (`resolver names`):

- *Across scripts*: persons of the EU's annexes and of the UN's list whose entry gives their name in its own script. The
  Latin name is scored against each original form of the entry and the best counts; the shares in band match or review
  and at 0.5 or more are shown by script, beside those of wrong pairings drawn at random within the script. A form is
  another alias, and left out, where fewer than half of the words of the shorter name have a counterpart of like
  consonants in the other and the consonants of the whole names are not alike either (`RENDERS`); such forms are written
  to `other_aliases.csv`. The shipped model is trained on the UN's list; give --model a model trained without it
  (`resolver train` on OFAC's lists alone) for figures of lists it has not seen.
- *Probes*: pairs written by hand (`data/name_probes.txt`): slips, spellings, order, titles, initials, omitted parts,
  near namesakes, legal forms, branches. Beside them others (`data/name_probes_blind.txt`) by two people who had not
  seen the code: their errors were read and the causes mended, so neither file says what unseen names will give. A third
  (`data/name_probes_unseen.txt`), also by somebody who had not seen the code, says that: only its rates are shown, and
  what is judged wrongly in it is neither printed nor written, so that nobody mends by it.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Indel

from benchmarks.harness.datasets import DATA, ROOT
from resolver.ingest.readers import read_lists
from resolver.normalize.folding import fold, skeleton
from resolver.pipeline import RunOptions, score_names
from resolver.records import Kind, Record
from resolver.records.properties import FULL_NAMES

OUT = ROOT / "build" / "bench"
PROBES = Path(__file__).parent / "data" / "name_probes.txt"
OTHER_PROBES = Path(__file__).parent / "data" / "name_probes_blind.txt"
UNSEEN_PROBES = Path(__file__).parent / "data" / "name_probes_unseen.txt"
LISTS = ("raw/eu_journal", "raw/un_sc/consolidated_2026-02.xml")
RENDERS = 0.6
"""Two words, or whole names, render each other where their consonants are alike to this degree (Indel)."""
WRONG = 8
"""Wrong pairings drawn for each entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person with a Latin name and forms of it in another script."""

    id: str
    latin: str
    script: str
    forms: tuple[str, ...]


def script_of(text: str) -> str:
    """The script most letters of a text belong to, Latin only where no other has any (`CYRILLIC`, `ARABIC` …)."""
    counts = Counter(
        unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()
    )
    others = Counter({script: count for script, count in counts.items() if script != "LATIN"})
    return (others or counts).most_common(1)[0][0] if counts else ""


def entries(records: Iterable[Record]) -> tuple[list[Entry], list[tuple[str, str, str]]]:
    """Persons that give their name in another script too, and what was left out: (id, Latin name, another alias)."""
    found, other = [], []
    for record in records:
        latin = [text for text in record.texts("name") if script_of(text) == "LATIN"]
        forms = [text for text in record.texts(*FULL_NAMES) if script_of(text) not in ("LATIN", "")]
        if record.kind != Kind.PERSON or not latin or not forms:
            continue
        kept = [form for form in forms if renders(latin[0], form)]
        other += [(record.id, latin[0], form) for form in forms if form not in kept]
        if kept:
            found.append(Entry(record.id, latin[0], script_of(kept[0]), tuple(kept)))
    return found, other


def renders(latin: str, form: str) -> bool:
    """Whether a form is a rendering of the Latin name, by the rule of this module. Han and Kana, which hold no
    consonants, always are."""
    if script_of(form) in ("CJK", "HIRAGANA", "KATAKANA"):
        return True
    one, two = ([skeleton(word) for word in fold(text).split()] for text in (latin, form))
    if Indel.normalized_similarity("".join(sorted(one)), "".join(sorted(two))) >= RENDERS:
        return True
    short, long = sorted((one, two), key=len)
    hits = sum(
        any(Indel.normalized_similarity(word, other) >= RENDERS for other in long) for word in short
    )
    return 2 * hits >= len(short)


def wrong_pairs(found: Sequence[Entry], seed: int = 5) -> list[tuple[str, str, str]]:
    """(script, Latin name, form of somebody else in that script), drawn at random; none of equal names."""
    by_script: dict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        by_script[entry.script].append(entry)
    chance = random.Random(seed)
    pairs = []
    for entry in found:
        for _ in range(WRONG):
            other = chance.choice(by_script[entry.script])
            # the two lists hold the same people, spelled alike or not
            if not renders_well(entry.latin, other.latin):
                pairs.append((entry.script, entry.latin, chance.choice(other.forms)))
    return pairs


def renders_well(one: str, two: str) -> bool:
    """Whether every word of the shorter of two Latin names has a counterpart of like consonants."""
    sides = ([skeleton(word) for word in fold(text).split()] for text in (one, two))
    short, long = sorted(sides, key=len)
    return all(
        any(Indel.normalized_similarity(word, other) >= RENDERS for other in long) for word in short
    )


def across(found: Sequence[Entry], options: RunOptions) -> list[list[str]]:
    """The rows of the table by script."""
    true = [(entry.latin, form) for entry in found for form in entry.forms]
    wrong = wrong_pairs(found)
    answers = score_names(
        ["Person"] * (len(true) + len(wrong)),
        [one for one, _ in true] + [one for _, one, _ in wrong],
        [two for _, two in true] + [two for *_, two in wrong],
        options,
    )
    place, best = 0, []
    for entry in found:
        best.append(max(score for score, _ in answers[place : place + len(entry.forms)]))
        place += len(entry.forms)
    review = options.borders.review
    table = [
        [
            "script",
            "entries",
            "in match or review",
            "at 0.5",
            "wrong pairings",
            "in match or review",
        ]
    ]
    for script in ["all", *sorted({entry.script for entry in found})]:
        held = [
            score
            for entry, score in zip(found, best, strict=True)
            if script in ("all", entry.script)
        ]
        odd = [
            answers[len(true) + n][0] for n, (of, *_) in enumerate(wrong) if script in ("all", of)
        ]
        shares = [_share(held, review), _share(held, 0.5), f"{len(odd):,}", _share(odd, review)]
        table.append([script.title(), f"{len(held):,}", *shares])
    return table


def _share(scores: Sequence[float], least: float) -> str:
    return f"{sum(score >= least for score in scores) / len(scores):.4f}" if scores else ""


@dataclass(frozen=True, slots=True)
class Probe:
    """Two names of which is known whether they are the same."""

    what: str
    schema: str
    one: str
    two: str
    same: bool


def read_probes(path: Path = PROBES) -> list[Probe]:
    """The probes written by hand; where a file does not say what they probe, that is its name."""
    lines = [
        line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    told = (row if len(row) == 5 else [path.stem, *row] for row in cells)
    return [Probe(what, schema, one, two, same == "1") for what, schema, one, two, same in told]


def probes(options: RunOptions, path: Path = PROBES) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of the table of probes, and those judged wrongly at 0.5."""
    cases = read_probes(path)
    answers = score_names(
        [case.schema for case in cases],
        [case.one for case in cases],
        [case.two for case in cases],
        options,
    )
    judged = [(case, score) for case, (score, _) in zip(cases, answers, strict=True)]
    table = [["probes", "pairs", "precision", "recall", "F1"]]
    for label, persons in (("all", None), ("persons", True), ("others", False)):
        rows = [
            (case.same, score >= 0.5)
            for case, score in judged
            if persons in (None, case.schema == "Person")
        ]
        hits = sum(same and said for same, said in rows)
        said, same = sum(said for _, said in rows), sum(same for same, _ in rows)
        rates = [hits / max(said, 1), hits / max(same, 1), 2 * hits / max(said + same, 1)]
        table.append([label, str(len(rows)), *(f"{rate:.4f}" for rate in rates)])
    for what in sorted({case.what for case in cases}):
        right = [case.same == (score >= 0.5) for case, score in judged if case.what == what]
        table.append([what, str(len(right)), "", "", f"{sum(right)} right"])
    wrong = [
        [f"{score:.3f}", case.what, case.schema, case.one, case.two, str(case.same)]
        for case, score in judged
        if (score >= 0.5) != case.same
    ]
    return table, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.names", description=__doc__)
    made.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    made.add_argument(
        "--model", type=Path, metavar="DIR", help="models (default: the shipped ones)"
    )
    made.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    chosen = made.parse_args(arguments)
    options = RunOptions(model_dir=chosen.model)
    chosen.out.mkdir(parents=True, exist_ok=True)
    lists = [chosen.data / name for name in LISTS]
    if all(path.exists() for path in lists):
        found, other = entries(read_lists(lists).batch.to_records())
        show(across(found, options))
        print(f"{len(other)} original forms are another alias and left out: other_aliases.csv")
        write(chosen.out / "other_aliases.csv", [["id", "latin", "form"], *map(list, other)])
    else:
        print(f"skipped: no lists in {chosen.data}", file=sys.stderr)
    wrong = []
    for path in (PROBES, OTHER_PROBES):
        table, errors = probes(options, path)
        show(table)
        wrong += errors
    show(probes(options, UNSEEN_PROBES)[0])
    write(
        chosen.out / "wrong_probes.csv",
        [["score", "what", "schema", "name1", "name2", "same"], *wrong],
    )
    return 0


def show(rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    print()


def write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
