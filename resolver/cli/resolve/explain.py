"""`resolver explain`: the sum of evidence behind one score, what would change it, and why two records never met."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.decision_files import read_decisions
from resolver.cli.list_arguments import declared, read
from resolver.cli.options import (
    PATH,
    Reading,
    decisions_option,
    json_option,
    reading_options,
    run_options,
    running_options,
    store_option,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.record_ids import no_such_record
from resolver.errors import UsageError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.pipeline import RunOptions
    from resolver.records.decisions import Decision
    from resolver.records.results.explanation import (
        Change,
        EvidenceRow,
        Explanation,
        Meeting,
        Ruling,
    )

_WIDTH = 34
_NEAR, _HEAVIEST = 4, 6


@click.command("explain")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.argument("files", nargs=-1, type=PATH, metavar="FILE...")
@decisions_option
@store_option()
@running_options
@reading_options
@json_option
@click.pass_obj
def command(
    settings: Settings, /, left: str, right: str, files: tuple[Path, ...], **options: Any
) -> None:
    """Show why the records A and B of the lists FILE... got their score, or why they never met.

    So much for this, so much against for that; how their names were aligned; the smallest change that would lead into
    another band; which blocking rules bring the two together in a run over FILE..., or which came near; and what
    stewards decided (--decisions).

    \b
    Examples:
      resolver explain us-ofac-sdn:7160 un-sc:111298 sdn.csv consolidated.xml
      resolver explain us-ofac-sdn:7160 un-sc:111298 lists/ --decisions decisions.csv --json
      resolver explain us-ofac-sdn:7160 un-sc:111298 --store sqlite:///hub.db
    """
    reading = Reading.take(options)
    decisions = read_decisions(options["decisions"])
    url = options["store_url"]
    if bool(files) == bool(url):
        raise UsageError(
            "explain needs lists or a store that hold the records",
            mend="name FILE..., or --store URL",
        )
    with Bars(verbose=reading.verbose) as bars:
        if url:
            intake, running, logged = _stored(url, [left, right], settings, options)
            decisions = (*logged, *decisions)
        else:
            intake, running = read(files, reading, bars), run_options(settings, options)
        known = set(intake.batch.ids.to_pylist())
        for identity in (left, right):
            if identity not in known:
                raise no_such_record(identity, known)
        from resolver.engines.pair_explanation import explain, meet, ruling

        explanation = explain(intake.batch, left, right, running, declared(intake))
        meeting = meet(intake.batch, left, right, running)
        decided = ruling(decisions, left, right)
    if options["as_json"]:
        answer = {
            **plain(explanation),
            "blocking": plain_meeting(meeting),
            "decision": plain_ruling(decided),
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(text(explanation, meeting, decided))


def _stored(
    url: str, ids: list[str], settings: Settings, options: dict[str, Any]
) -> tuple[Intake, RunOptions, tuple[Decision, ...]]:
    """Two records of a store, how it was resolved, and the decisions it holds."""
    from resolver.cli.store_arguments import open_hub
    from resolver.hub.stored_results import records_of
    from resolver.ingest.reader_types import Intake, ListInfo

    with open_hub(url, settings, model_dir=options["model_dir"]) as hub, hub.store.view() as view:
        batch, free = records_of(hub, ids)
        lists = (ListInfo("", "", tuple(free), "", 0, 0, True),)
        log = tuple(stored.decision for stored in view.decisions())
        return Intake(batch, lists, ()), hub.options_of(view.head), log


def plain(explanation: Explanation) -> dict[str, object]:
    """An explanation as JSON. Weights and their sums are log-odds; rarity is in nats."""
    return {
        "left": explanation.left_id,
        "right": explanation.right_id,
        "score": round(explanation.score, 6),
        "band": explanation.band.label,
        "logodds": explanation.logodds / 1000,
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
        "against": [row.name for row in explanation.against],
        "changes": [
            {
                "if": list(change.says),
                "logodds": change.logodds / 1000,
                "score": round(change.score, 6),
                "band": change.band.label,
            }
            for change in explanation.changes
        ],
        "notes": list(explanation.notes),
    }


def plain_meeting(meeting: Meeting) -> dict[str, object]:
    """What blocking does with a pair, as JSON."""
    near = [{"rule": rule.name, "help": rule.help, "why": rule.why} for rule in meeting.near]
    return {"plan": meeting.plan, "joined_by": list(meeting.joined_by), "near": near}


def plain_ruling(decided: Ruling | None) -> dict[str, object] | None:
    """What stewards decided of a pair, as JSON."""
    if decided is None:
        return None
    one = decided.decision
    return {
        "verdict": "same" if decided.same else "different",
        "on": list(one.pair),
        "direct": decided.direct,
        "who": one.who,
        "when": one.when.isoformat() if one.when else None,
        "why": one.why,
        "where": one.where,
    }


def text(
    explanation: Explanation, meeting: Meeting | None = None, decided: Ruling | None = None
) -> str:
    """An explanation as lines for a person; what said nothing is left out, the rest adds up."""
    lines = [
        f"{explanation.left_id} and {explanation.right_id}: {explanation.score:.4f} ({explanation.band.label})"
    ]
    if meeting:
        lines += _met(meeting)
    if decided:
        lines.append(_decided(decided, explanation))
    lines += ["", *_sum(explanation)]
    if explanation.parts:
        lines += [
            "",
            "Names, word by word (rarity 1 very common, 9 very rare):",
            *_words(explanation),
        ]
    if explanation.against:
        against = ", ".join(
            f"{row.name} {row.weight / 1000:+.2f}" for row in explanation.against[:_HEAVIEST]
        )
        lines += ["", f"Spoke against: {against}"]
    if len(explanation.rows) > 1:
        lines += ["", "Smallest changes that lead into another band:", *_changes(explanation)]
    return "\n".join([*lines, *(f"note: {note}" for note in explanation.notes)])


def _met(meeting: Meeting) -> list[str]:
    if meeting.joined_by:
        return [
            f"Compared in a run over these lists (plan {meeting.plan}), by: {', '.join(meeting.joined_by)}."
        ]
    lines = [
        f"Never compared in a run over these lists: no blocking rule of plan {meeting.plan} joins the two."
    ]
    lines += [
        f"  near: {rule.name} ({rule.help.rstrip('.')}): {rule.why}"
        for rule in meeting.near[:_NEAR]
    ]
    return lines


def _decided(decided: Ruling, explanation: Explanation) -> str:
    one = decided.decision
    verdict = "the same" if decided.same else "different, which forbids a merge"
    told = ", ".join(
        filter(None, (one.who, f"{one.when:%Y-%m-%d %H:%M} UTC" if one.when else "", one.where))
    )
    why = f": {one.why}" if one.why else ""
    line = f"Decided {verdict}{why}" + (f" ({told})" if told else "")
    if decided.direct:
        return line
    return f"{line}; on {one.left_id} and {one.right_id}, to which decisions tie the two"


def _sum(explanation: Explanation) -> list[str]:
    from resolver.records.results.explanation import on_one_line

    lines, last, words = [], ("", ""), on_one_line(explanation.parts)
    for row in explanation.rows:
        if not row.weight and row.similarity is None:
            continue
        # eleven rows of names need not show the names eleven times
        again = (row.left, row.right) in (last, ("", ""))
        values = "" if again else f"{_cut(row.left) or '-'} | {_cut(row.right) or '-'}"
        # the alignment of names follows below, word by word
        detail = row.detail.replace(words, "").strip(", ") if words else row.detail
        lines.append(_line(row, "  ".join(filter(None, (values, detail)))))
        last = row.left, row.right
    return [*lines, f"{explanation.logodds / 1000:+8.2f}  sum, in log-odds"]


def _line(row: EvidenceRow, told: str) -> str:
    alike = "" if row.similarity is None else f"{row.similarity:.2f}"
    return f"{row.weight / 1000:+8.2f}  {row.name:<22} {alike:>4}  {told}".rstrip()


def _words(explanation: Explanation) -> list[str]:
    width = max(len(part.left) for part in explanation.parts)
    return [
        f"  {part.fate:<13}{part.left or '-':<{max(width, 1)}}  {part.right or '-'}".ljust(46)
        + (f"  {part.similarity:.2f}" if part.left and part.right else "      ")
        + f"  rarity {part.rarity:.1f}"
        for part in explanation.parts
    ]


def _changes(explanation: Explanation) -> list[str]:
    if not explanation.changes:
        return ["  none of one or two fields"]
    return [_change(change) for change in explanation.changes]


def _change(change: Change) -> str:
    return f"  {change.band.label:<9}{change.score:.4f}  if {' and '.join(change.says)}"


def _cut(value: str) -> str:
    return value if len(value) <= _WIDTH else f"{value[: _WIDTH - 1]}…"
