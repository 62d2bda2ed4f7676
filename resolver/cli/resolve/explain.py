"""Commands on pairs of records, `resolver explain` and `resolver score`.

- `resolver explain` explains one pair: the evidence for its score, the smallest changes into
  another band, and the blocking rules that select it. The records come from lists or from a store.
  The answer is JSON (functions `…_to_json`) or text (`format_explanation`).
- `resolver score` writes the scores of the pairs in a file.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from resolver.cli import csv_tables
from resolver.cli.arguments import deduplicated_sources, read_list_files, unknown_record_error
from resolver.cli.options import (
    LIST_PATH,
    PATH,
    ReadingOptions,
    decisions_option,
    files_argument,
    json_option,
    model_option,
    reading_options,
    run_options,
    running_options,
    store_option,
)
from resolver.cli.process_start import ProgressBars, log_records
from resolver.errors import UsageError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.engines.pair_explanation import DecidedPair
    from resolver.hub.admin import StoreView
    from resolver.hub.hub import Hub
    from resolver.lists.reader_types import Intake
    from resolver.matching.resolution_task import RunOptions
    from resolver.records.decisions import Decision
    from resolver.records.prepared.population import Population
    from resolver.records.results.explanation import BlockingTrace, EvidenceRow, Explanation, Ruling
    from resolver.records.results.resolution import Band
    from resolver.records.stated_links import StatedDifference


_MAX_VALUE_LENGTH = 34
"""Maximum number of characters in a value that are shown."""
_MAX_NEAR_RULES, _MAX_AGAINST = 4, 6
"""Maximum number of blocking rules that are shown because they nearly select the pair, and maximum
number of rows of evidence against it.
"""


_HELP = """Show why the records A and B of the lists FILE... got their score, or why they were not
compared. With a store, A and B may be ids of entities, which are explained by their strongest pair
of records.

Shows the evidence for and against a match; how the names were aligned; the smallest change that
would lead to another band; the blocking rules that select the pair in a run over FILE..., or
come near; and decisions of stewards (--decisions).

\b
Examples:
  resolver explain us-ofac-sdn:7160 un-sc:111298 sdn.csv consolidated.xml
  resolver explain us-ofac-sdn:7160 un-sc:111298 lists/ --decisions decisions.csv --json
  resolver explain us-ofac-sdn:7160 un-sc:111298 --store sqlite:///hub.db
  resolver explain e-2y624haltqk5flozqykq un-sc:111298 --store sqlite:///hub.db
"""


@click.command("explain", help=_HELP)
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.argument("files", nargs=-1, type=LIST_PATH, metavar="FILE...")
@decisions_option
@store_option()
@running_options
@reading_options
@json_option
@click.pass_obj
def explain_command(
    settings: Settings, /, left: str, right: str, files: tuple[Path, ...], **options: Any
) -> None:
    """Run `resolver explain`."""
    reading = ReadingOptions.from_options(options)
    decisions = csv_tables.read_decisions(options["decisions"])
    url = options["store_url"]
    if bool(files) == bool(url):
        raise UsageError(
            "explain needs lists or a store with the records",
            hint="name FILE..., or --store URL",
        )
    with ProgressBars(verbose=reading.verbose) as bars:
        if url:
            stored = _load_stored(url, (left, right), settings, options)
            left, right = stored.ids
            intake, running, population = stored.intake, stored.options, stored.population
            decisions = (*stored.decisions, *decisions)
        else:
            stored, population = None, None
            intake, running = read_list_files(files, reading, bars), run_options(settings, options)
        ids = set(intake.batch.ids.to_pylist())
        for identity in (left, right):
            if identity not in ids:
                raise unknown_record_error(identity, ids)
        from resolver.engines.local import dedupe
        from resolver.engines.pair_explanation import (
            explain_blocking,
            explain_decided,
            explain_pair,
            explain_resolved_pair,
            find_ruling,
            find_statement,
        )

        sources = deduplicated_sources(intake)
        if stored is None:
            running = replace(running, decisions=decisions)
            resolution = dedupe(intake, running, bars)
            population = resolution.stats.population
            explanation = explain_resolved_pair(resolution, left, right, running, sources)
        else:
            explanation = explain_pair(intake.batch, left, right, running, sources, population)
            if stored.decided is not None:
                explanation = explain_decided(explanation, stored.decided)
            explanation = replace(explanation, notes=(*explanation.notes, *stored.notes))
        blocking = explain_blocking(intake.batch, left, right, running, population)
        ruling = find_ruling(decisions, left, right)
        statement = find_statement(intake.batch, left, right)
    if options["as_json"]:
        answer = {
            **explanation_to_json(explanation),
            "blocking": blocking_to_json(blocking),
            "decision": ruling_to_json(ruling),
            "statement": str(statement) if statement else None,
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(format_explanation(explanation, blocking, ruling, statement))


class _StoredRecords(NamedTuple):
    """Two records of a store, with the options, decisions and population they were resolved under.

    `notes` say which records stand for the entities that the user named. `decided` is the stored
    decision on the two entities, if there is one.
    """

    ids: tuple[str, str]
    notes: tuple[str, ...]
    intake: Intake
    options: RunOptions
    decisions: tuple[Decision, ...]
    population: Population | None
    decided: DecidedPair | None


def _load_stored(
    url: str, ends: tuple[str, str], settings: Settings, options: dict[str, Any]
) -> _StoredRecords:
    """Load two records of a store. `ends` are ids of records or of entities."""
    from resolver.cli.arguments import open_hub
    from resolver.hub.reopening import load_decisions
    from resolver.hub.stored_results import find_stored_decision, load_records
    from resolver.lists.reader_types import Intake, ListInfo

    with open_hub(url, settings, model_dir=options["model_dir"]) as hub, hub.store.view() as view:
        ids = _find_records(hub, view, ends)
        batch, free = load_records(hub, ids)
        log_records(hub, len(batch), left=ids[0], right=ids[1])
        log = tuple(stored.decision for stored in load_decisions(view))
        population = hub.models_at(view).population
        intake = Intake(batch, (ListInfo("", "", tuple(free), "", 0, 0, True),), ())
        decided = find_stored_decision(hub, view, ids)
        chosen = f"{ends[0]} and {ends[1]} are explained by their strongest pair of records"
        notes = () if ids == ends else (chosen,)
        running = hub.options_of(view.head)
        return _StoredRecords(ids, notes, intake, running, log, population, decided)


def _find_records(hub: Hub, view: StoreView, ends: tuple[str, str]) -> tuple[str, str]:
    """Return the ids of two records: the given ids, or the strongest pair of the given entities.

    Raises `ResolverError` if an entity no longer exists, or if both are one entity.
    """
    from resolver.records.visibility import OPERATOR
    from resolver.review.entity_sides import load_record_side
    from resolver.review.pair import find_strongest_pair, load_pair_sides, load_side_links

    records = view.numbers_of(ends)
    if all(end in records or view.entity(end) is None for end in ends):
        return ends
    sides = load_pair_sides(view, *ends)
    left, right = (
        load_record_side(view, end, [end]) if end in records else side
        for end, side in zip(ends, sides, strict=True)
    )
    links = load_side_links(hub, view, (left, right), OPERATOR)
    strongest = find_strongest_pair(hub, view, left, right, links)
    id_of = {stored.number: stored.record.id for side in (left, right) for stored in side.records}
    return id_of[strongest.left], id_of[strongest.right]


def explanation_to_json(explanation: Explanation) -> dict[str, object]:
    """Return an explanation as JSON. Weights and sums are in log-odds, rarity in nats."""
    from resolver.records.results.explanation import summarize_evidence

    own = explanation.score if explanation.record_score is None else explanation.record_score
    return {
        "left": explanation.left_id,
        "right": explanation.right_id,
        "score": round(explanation.score, 6),
        "band": explanation.band.label,
        "logodds": explanation.logodds / 1000,
        "record_score": round(own, 6),
        "basis": explanation.basis or None,
        "summary": summarize_evidence(explanation),
        "evidence": [
            {
                "name": row.name,
                "help": row.help,
                "left": row.left,
                "right": row.right,
                "similarity": row.similarity,
                "weight": row.weight / 1000,
                "detail": row.detail,
            }
            for row in explanation.rows
        ],
        "names": [
            {
                "left": part.left,
                "right": part.right,
                "fate": str(part.fate),
                "similarity": part.similarity,
                "rarity": part.rarity,
            }
            for part in explanation.parts
        ],
        "against": [row.name for row in explanation.contradicting_rows],
        "changes": [
            {
                "if": list(change.statements),
                "logodds": change.logodds / 1000,
                "score": round(change.score, 6),
                "band": change.band.label,
            }
            for change in explanation.changes
        ],
        "notes": list(explanation.notes),
    }


def blocking_to_json(blocking: BlockingTrace) -> dict[str, object]:
    """Return the blocking of a pair as JSON."""
    near = [{"rule": rule.name, "help": rule.help, "why": rule.why} for rule in blocking.near]
    return {"plan": blocking.plan, "joined_by": list(blocking.joined_by), "near": near}


def ruling_to_json(ruling: Ruling | None) -> dict[str, object] | None:
    """Return the decision of stewards on a pair as JSON."""
    if ruling is None:
        return None
    decision = ruling.decision
    return {
        "verdict": "same" if ruling.same else "different",
        "on": list(decision.pair),
        "direct": ruling.direct,
        "who": decision.decided_by,
        "when": decision.decided_at.isoformat() if decision.decided_at else None,
        "why": decision.reason,
        "where": decision.place,
    }


def format_explanation(
    explanation: Explanation,
    blocking: BlockingTrace | None = None,
    ruling: Ruling | None = None,
    statement: StatedDifference | None = None,
) -> str:
    """Return an explanation as text.

    Rows that were not compared and have no weight are left out.
    """
    from resolver.records.results.explanation import summarize_evidence

    lines = [
        f"{explanation.left_id} and {explanation.right_id}: "
        f"{explanation.score:.4f} ({explanation.band.label})",
        summarize_evidence(explanation),
    ]
    if explanation.record_score is not None and explanation.record_score != explanation.score:
        lines.append(f"The two records alone: {explanation.record_score:.4f}.")
    if blocking:
        lines += _blocking_lines(blocking)
    if ruling:
        lines.append(_decision_line(ruling, explanation))
    if statement:
        is_overruled = ruling is not None and ruling.same
        effect = (
            "The decision overrules that."
            if is_overruled
            else "That forbids a merge, whatever the score."
        )
        lines.append(f"{statement} {effect}")
    lines += ["", *_evidence_lines(explanation)]
    if explanation.parts:
        lines += [
            "",
            "Names, word by word (rarity 1 very common, 9 very rare):",
            *_name_lines(explanation),
        ]
    if explanation.contradicting_rows:
        against = ", ".join(
            f"{row.name} {row.weight / 1000:+.2f}"
            for row in explanation.contradicting_rows[:_MAX_AGAINST]
        )
        lines += ["", f"Evidence against: {against}"]
    is_of_records = explanation.record_score in (None, explanation.score)
    if len(explanation.rows) > 1 and is_of_records:
        lines += ["", "Smallest changes that lead to another band:", *_change_lines(explanation)]
    return "\n".join([*lines, *(f"note: {note}" for note in explanation.notes)])


def _blocking_lines(blocking: BlockingTrace) -> list[str]:
    if blocking.joined_by:
        return [
            f"Compared in a run over these lists (plan {blocking.plan}), by: "
            f"{', '.join(blocking.joined_by)}."
        ]
    lines = [
        "Not compared in a run over these lists: no blocking rule of plan "
        f"{blocking.plan} selects the pair."
    ]
    lines += [
        f"  near: {rule.name} ({rule.help.rstrip('.')}): {rule.why}"
        for rule in blocking.near[:_MAX_NEAR_RULES]
    ]
    return lines


def _decision_line(ruling: Ruling, explanation: Explanation) -> str:
    decision = ruling.decision
    verdict = "the same" if ruling.same else "different, which forbids a merge"
    at = f"{decision.decided_at:%Y-%m-%d %H:%M} UTC" if decision.decided_at else ""
    source = ", ".join(filter(None, (decision.decided_by, at, decision.place)))
    reason = f": {decision.reason}" if decision.reason else ""
    line = f"Decided {verdict}{reason}" + (f" ({source})" if source else "")
    if ruling.direct:
        return line
    return f"{line}; on {decision.left_id} and {decision.right_id}, to which decisions tie the two"


def _evidence_lines(explanation: Explanation) -> list[str]:
    from resolver.records.results.explanation import format_alignment

    lines, shown_values, alignment = [], ("", ""), format_alignment(explanation.parts)
    for row in explanation.rows:
        if not row.weight and row.similarity is None:
            continue
        # show equal values once, and not in each of the eleven rows for names
        is_repeated = (row.left, row.right) in (shown_values, ("", ""))
        values = (
            "" if is_repeated else f"{_shorten(row.left) or '-'} | {_shorten(row.right) or '-'}"
        )
        # the alignment of names is printed below, word by word
        detail = row.detail.replace(alignment, "").strip(", ") if alignment else row.detail
        lines.append(_evidence_line(row, "  ".join(filter(None, (values, detail)))))
        shown_values = row.left, row.right
    return [*lines, f"{explanation.logodds / 1000:+8.2f}  sum, in log-odds"]


def _evidence_line(row: EvidenceRow, text: str) -> str:
    similarity = "" if row.similarity is None else f"{row.similarity:.2f}"
    return f"{row.weight / 1000:+8.2f}  {row.name:<22} {similarity:>4}  {text}".rstrip()


def _name_lines(explanation: Explanation) -> list[str]:
    width = max(len(part.left) for part in explanation.parts)
    return [
        f"  {part.fate:<13}{part.left or '-':<{max(width, 1)}}  {part.right or '-'}".ljust(46)
        + (f"  {part.similarity:.2f}" if part.left and part.right else "      ")
        + f"  rarity {part.rarity:.1f}"
        for part in explanation.parts
    ]


def _change_lines(explanation: Explanation) -> list[str]:
    if not explanation.changes:
        return ["  none with one or two fields"]
    return [
        f"  {change.band.label:<9}{change.score:.4f}  if {' and '.join(change.statements)}"
        for change in explanation.changes
    ]


def _shorten(value: str) -> str:
    return value if len(value) <= _MAX_VALUE_LENGTH else f"{value[: _MAX_VALUE_LENGTH - 1]}…"


_SCORE_HELP = """
Score the pairs of PAIRS.csv (columns left and right: record ids) with records of the lists
FILE...

OUT.csv has left,right,score,band: one row for each row of PAIRS.csv, in its order, even if a
run would not compare the two. A pair with a record that could not be read has no score, and a
note says why.

\b
Examples:
  resolver score pairs.csv sdn.csv consolidated.xml --out scores.csv
  resolver score pairs.csv lists/ --out -
"""


@click.command("score", help=_SCORE_HELP)
@click.argument("pairs", type=PATH, metavar="PAIRS.csv")
@files_argument
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="OUT.csv",
    help="File for the scores; - is standard output.",
)
@model_option
@reading_options
@click.pass_obj
def score_command(
    settings: Settings, /, pairs: Path, files: tuple[Path, ...], out: Path, **options: Any
) -> None:
    """Run `resolver score`."""
    reading = ReadingOptions.from_options(options)
    table = csv_tables.read_csv_table(pairs, ("left", "right"))
    csv_tables.check_writable(out)
    with ProgressBars(verbose=reading.verbose) as bars:
        intake = read_list_files(files, reading, bars)
        reasons = rejected_records(intake)
        check_ids(table, intake.batch.ids.to_pylist(), reasons)
        from resolver.engines.local import score_pairs

        bars.start("score", len(table.rows), "pairs")
        lefts, rights = table.column("left"), table.column("right")
        can_score = [reasons.keys().isdisjoint(pair) for pair in zip(lefts, rights, strict=True)]
        running, sources = run_options(settings, options), deduplicated_sources(intake)
        answers = iter(
            score_pairs(
                intake.batch,
                list(compress(lefts, can_score)),
                list(compress(rights, can_score)),
                running,
                sources,
            )
        )
    _note_unscored(table, reasons)
    rows = (
        [left, right, *(format_score(next(answers)) if is_scored else ("", ""))]
        for left, right, is_scored in zip(lefts, rights, can_score, strict=True)
    )
    csv_tables.write_csv_table(out, ("left", "right", "score", "band"), rows)


def rejected_records(intake: Intake) -> dict[str, str]:
    """Return the reason for each record of the lists that could not be read, by record id."""
    read = set(intake.batch.ids.to_pylist())
    rejects = (reject for reject in intake.rejects if reject.record_id)
    return {reject.record_id: reject.fault for reject in rejects if reject.record_id not in read}


def _note_unscored(table: csv_tables.CsvTable, reasons: Mapping[str, str]) -> None:
    """Print a note for each row without a score, with the reason, on standard error."""
    for row in table.rows:
        for side in ("left", "right"):
            if row.cells[side] in reasons:
                reason = f"{row.cells[side]} was not read: {reasons[row.cells[side]]}"
                click.echo(f"note: {table.place_of(row)}: no score: {reason}", err=True)


def format_score(answer: tuple[float, Band]) -> tuple[str, str]:
    """Return a score with six decimals and its band, as written in files."""
    score, band = answer
    return f"{score:.6f}", band.label


def check_ids(
    table: csv_tables.CsvTable, ids: Sequence[str], rejected: Collection[str] = ()
) -> None:
    """Raise `InputError` for the first row with a record that no list has.

    `rejected` are the ids of records that lists have but that could not be read; they count as
    existing.
    """
    existing = {*ids, *rejected}
    missing = [
        (row, row.cells[side])
        for row in table.rows
        for side in ("left", "right")
        if row.cells[side] not in existing
    ]
    if missing:
        row, identity = missing[0]
        others = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise unknown_record_error(identity, existing, others, table.place_of(row))
