"""Measure quality on names alone: `python -m benchmarks.names [--data DIR] [--sets DIR]`.

Tables of names scored as records without other values (`resolver names`):

- *Across scripts*: persons of the EU's annexes and of the UN's list whose entry gives their name
  in its own script. The Latin name is scored against each original form of the entry and the best
  score counts; the shares in band match or review and at 0.5 or more are shown by script, with
  those of wrong pairings drawn at random within the script. A form is another alias, and left out,
  where fewer than half of the words of the shorter name have a counterpart of similar consonants
  in the other and the consonants of the complete names are not similar either (`RENDERS`); such
  forms are written to `other_aliases.csv`. The shipped model is trained on the UN's list; give
  --model a model trained without it (`resolver train` on OFAC's lists alone) for figures of lists
  it was not fitted to.
- *Probes*: pairs written by hand (`data/name_probes.txt`): typos, spellings, order, titles,
  initials, omitted parts, near namesakes, legal forms, branches. A second file
  (`data/name_probes_blind.txt`) was written by two people who did not know the code; its errors
  were read and their causes corrected, so neither file predicts quality on new names. A third
  (`data/name_probes_unseen.txt`), also by somebody who did not know the code, does: only its rates
  are shown. Its errors are neither printed nor written, so that nobody can tune by them.
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
from benchmarks.harness.pair_sets import measure_sets
from resolver.engines.local import score_names
from resolver.lists.readers import read_lists
from resolver.matching.resolution_task import RunOptions
from resolver.names.folding import fold, skeleton_code
from resolver.records import Kind, Record
from resolver.records.properties import FULL_NAMES

OUT = ROOT / "build" / "bench"
PROBES = Path(__file__).parent / "data" / "name_probes.txt"
OTHER_PROBES = Path(__file__).parent / "data" / "name_probes_blind.txt"
UNSEEN_PROBES = Path(__file__).parent / "data" / "name_probes_unseen.txt"
LISTS = ("raw/eu_journal", "raw/un_sc/consolidated_2026-02.xml")
RENDERS = 0.6
"""Similarity of consonants (Indel, 0…1) from which two words, or complete names, render each other.
"""
WRONG = 8
"""Number of wrong pairings drawn for each entry."""
SCRIPT_COLUMNS = (
    "script",
    "entries",
    "in match or review",
    "at 0.5",
    "wrong pairings",
    "in match or review",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Person with a Latin name and forms of it in another script."""

    id: str
    latin: str
    script: str
    forms: tuple[str, ...]


def script_of(text: str) -> str:
    """Return the script of most letters (`CYRILLIC` …); Latin only where no other occurs."""
    counts = Counter(
        unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()
    )
    others = Counter({script: count for script, count in counts.items() if script != "LATIN"})
    return (others or counts).most_common(1)[0][0] if counts else ""


def find_entries(records: Iterable[Record]) -> tuple[list[Entry], list[tuple[str, str, str]]]:
    """Return persons with a name in another script, and the forms that were left out.

    The latter are (id, Latin name, other alias).
    """
    entries, aliases = [], []
    for record in records:
        latin = [text for text in record.texts("name") if script_of(text) == "LATIN"]
        forms = [text for text in record.texts(*FULL_NAMES) if script_of(text) not in ("LATIN", "")]
        if record.kind != Kind.PERSON or not latin or not forms:
            continue
        renderings = [form for form in forms if is_rendering(latin[0], form)]
        aliases += [(record.id, latin[0], form) for form in forms if form not in renderings]
        if renderings:
            entries.append(Entry(record.id, latin[0], script_of(renderings[0]), tuple(renderings)))
    return entries, aliases


def is_rendering(latin: str, form: str) -> bool:
    """Return whether a form renders the Latin name, by the rule of this module.

    Han and Kana, which have no consonants, always do.
    """
    if script_of(form) in ("CJK", "HIRAGANA", "KATAKANA"):
        return True
    latin_codes, form_codes = (
        [skeleton_code(word) for word in fold(text).split()] for text in (latin, form)
    )
    whole_names = ("".join(sorted(codes)) for codes in (latin_codes, form_codes))
    if Indel.normalized_similarity(*whole_names) >= RENDERS:
        return True
    short, long = sorted((latin_codes, form_codes), key=len)
    hits = sum(
        any(Indel.normalized_similarity(word, counterpart) >= RENDERS for counterpart in long)
        for word in short
    )
    return 2 * hits >= len(short)


def draw_wrong_pairs(entries: Sequence[Entry], seed: int = 5) -> list[tuple[str, str, str]]:
    """Return (script, Latin name, form of another person in that script), drawn at random.

    Pairs of equal names are left out.
    """
    by_script: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_script[entry.script].append(entry)
    chance = random.Random(seed)
    pairs = []
    for entry in entries:
        for _ in range(WRONG):
            other = chance.choice(by_script[entry.script])
            # both lists may hold the same person, whose forms are no wrong pairing
            if not renders_all_words(entry.latin, other.latin):
                pairs.append((entry.script, entry.latin, chance.choice(other.forms)))
    return pairs


def renders_all_words(left: str, right: str) -> bool:
    """Return whether each word of the shorter Latin name has a similar word in the other."""
    sides = ([skeleton_code(word) for word in fold(text).split()] for text in (left, right))
    short, long = sorted(sides, key=len)
    return all(
        any(Indel.normalized_similarity(word, counterpart) >= RENDERS for counterpart in long)
        for word in short
    )


def score_across_scripts(entries: Sequence[Entry], options: RunOptions) -> list[list[str]]:
    """Return the rows of the table by script."""
    true = [(entry.latin, form) for entry in entries for form in entry.forms]
    wrong = draw_wrong_pairs(entries)
    answers = score_names(
        ["Person"] * (len(true) + len(wrong)),
        [latin for latin, _ in true] + [latin for _, latin, _ in wrong],
        [form for _, form in true] + [form for *_, form in wrong],
        options,
    )
    place, best = 0, []
    for entry in entries:
        best.append(max(score for score, _ in answers[place : place + len(entry.forms)]))
        place += len(entry.forms)
    review = options.thresholds.review
    table = [list(SCRIPT_COLUMNS)]
    for script in ["all", *sorted({entry.script for entry in entries})]:
        true_scores = [
            score
            for entry, score in zip(entries, best, strict=True)
            if script in ("all", entry.script)
        ]
        wrong_scores = [
            answers[len(true) + number][0]
            for number, (wrong_script, *_) in enumerate(wrong)
            if script in ("all", wrong_script)
        ]
        shares = [
            _share(true_scores, review),
            _share(true_scores, 0.5),
            f"{len(wrong_scores):,}",
            _share(wrong_scores, review),
        ]
        table.append([script.title(), f"{len(true_scores):,}", *shares])
    return table


def _share(scores: Sequence[float], threshold: float) -> str:
    return f"{sum(score >= threshold for score in scores) / len(scores):.4f}" if scores else ""


@dataclass(frozen=True, slots=True)
class Probe:
    """Two names that are known to be the same or not."""

    topic: str
    schema: str
    left_name: str
    right_name: str
    same: bool


def read_probes(path: Path = PROBES) -> list[Probe]:
    """Return the probes of a file; a file without topics has its name as the topic."""
    lines = [
        line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    rows = [row if len(row) == 5 else [path.stem, *row] for row in cells]
    return [
        Probe(topic, schema, left_name, right_name, same == "1")
        for topic, schema, left_name, right_name, same in rows
    ]


def _rates(judged: Sequence[tuple[Probe, float]]) -> list[str]:
    """Return precision, recall and F1 of scored probes at 0.5, as texts."""
    hits = sum(case.same and score >= 0.5 for case, score in judged)
    predicted = sum(score >= 0.5 for _, score in judged)
    same = sum(case.same for case, _ in judged)
    rates = (hits / max(predicted, 1), hits / max(same, 1), 2 * hits / max(predicted + same, 1))
    return [f"{rate:.4f}" for rate in rates]


def score_probes(
    options: RunOptions, path: Path = PROBES
) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows of the table of probes, and the probes judged wrongly at 0.5."""
    cases = read_probes(path)
    answers = score_names(
        [case.schema for case in cases],
        [case.left_name for case in cases],
        [case.right_name for case in cases],
        options,
    )
    judged = [(case, score) for case, (score, _) in zip(cases, answers, strict=True)]
    table = [["probes", "pairs", "precision", "recall", "F1"]]
    persons = [pair for pair in judged if pair[0].schema == "Person"]
    others = [pair for pair in judged if pair[0].schema != "Person"]
    for label, part in (("all", judged), ("persons", persons), ("others", others)):
        table.append([label, str(len(part)), *_rates(part)])
    for topic in sorted({case.topic for case in cases}):
        correct = [case.same == (score >= 0.5) for case, score in judged if case.topic == topic]
        table.append([topic, str(len(correct)), "", "", f"{sum(correct)} right"])
    wrong = [
        [f"{score:.3f}", case.topic, case.schema, case.left_name, case.right_name, str(case.same)]
        for case, score in judged
        if (score >= 0.5) != case.same
    ]
    return table, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--model", type=Path, metavar="DIR", help="models (default: the shipped ones)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    parser.add_argument("--sets", type=Path, metavar="DIR", help="sets of pairs to measure as well")
    options = parser.parse_args(arguments)
    run_options = RunOptions(model_dir=options.model)
    options.out.mkdir(parents=True, exist_ok=True)
    lists = [options.data / name for name in LISTS]
    if all(path.exists() for path in lists):
        entries, aliases = find_entries(read_lists(lists).batch.to_records())
        print_table(score_across_scripts(entries, run_options))
        print(f"{len(aliases)} original forms are another alias and left out: other_aliases.csv")
        write_csv(options.out / "other_aliases.csv", [["id", "latin", "form"], *map(list, aliases)])
    else:
        print(f"skipped: no lists in {options.data}", file=sys.stderr)
    wrong = []
    for path in (PROBES, OTHER_PROBES):
        table, errors = score_probes(run_options, path)
        print_table(table)
        wrong += errors
    print_table(score_probes(run_options, UNSEEN_PROBES)[0])
    if options.sets:
        print_table(measure_sets(options.sets, run_options))
    write_csv(
        options.out / "wrong_probes.csv",
        [["score", "what", "schema", "name1", "name2", "same"], *wrong],
    )
    return 0


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    print()


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
