"""Relations of networks in records, as agencies know them: incomplete, some wrong, some undated."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from resolver.data import load_rows
from resolver.synthetic.assignments import Assignments
from resolver.synthetic.entities.networks import (
    FACILITATOR_ROLE,
    LEADER_ROLE,
    MEMBER_ROLE,
    RELATION_TYPES,
    Ties,
)
from resolver.synthetic.entities.relation_columns import (
    RELATION_PREFIXES,
    name_groups,
    select_targets,
)
from resolver.synthetic.entities.true_groups import TrueGroups
from resolver.synthetic.habits import Columns, Habits
from resolver.synthetic.names.name_lexicon import Ints
from resolver.synthetic.random_columns import (
    Dice,
    choose_where,
    concat_texts,
    format_numbers,
    keep_where,
)

_TYPE_TEXTS = pa.array([kind.value for kind in RELATION_TYPES], pa.string())
_ROLE_WORDS = {
    number: [role for _, role in load_rows("world_roles", use=use)]
    for number, use in (
        (MEMBER_ROLE, "member"),
        (LEADER_ROLE, "leader"),
        (FACILITATOR_ROLE, "facilitator"),
    )
}
_ROLE_RATE, _OTHER_ROLE_RATE = 0.7, 0.12
_DATE_RATE, _OTHER_YEAR_RATE, _MONTH_RATE = 0.45, 0.15, 0.3
_NAME_RATE = 0.95
_SILENCE = 0.3
"""Share of the relations that an agency leaves out in a world of networks, against its habit."""


def make_network_columns(
    dice: Dice,
    assignments: Assignments,
    groups: TrueGroups,
    ties: Ties,
    ids: pa.StringArray,
    habits: Habits,
) -> Columns:
    """Make the columns of at most eight relations per record, by `RELATION_PREFIXES`.

    Each agency states some of the true relations of its entities, to its own record of the other
    entity, or to a group that it knows by name only. Columns as in `make_relation_columns`, and
    `…Start`.
    """
    rows, places = _draw_stated(dice, assignments, ties, habits)
    agency, ends = assignments.agency[rows], ties.target[places]
    target = select_targets(assignments, agency, ends, ids)
    is_named = dice.chance(len(rows), _NAME_RATE)
    names = name_groups(assignments, groups, ends, target, is_named)
    texts = {
        "": _TYPE_TEXTS.take(pa.array(ties.type[places])),
        "Target": target,
        "Name": names,
        "Role": _draw_roles(dice, ties, places),
        "Start": _draw_starts(dice, ties.since[places]),
    }
    stated = np.flatnonzero(np.asarray(target.is_valid()) | np.asarray(names.is_valid()))
    return _spread(texts, rows, stated, len(assignments.entity))


def _spread(texts: Columns, rows: Ints, stated: Ints, count: int) -> Columns:
    """Spread the stated of some relations, by rows, over the columns of `count` records."""
    number = _number_within(rows[stated])
    columns: Columns = {}
    for slot, prefix in enumerate(RELATION_PREFIXES):
        chosen = stated[number == slot]
        place = np.full(count, -1, dtype=np.int64)
        place[rows[chosen]] = chosen
        index = pa.array(np.maximum(place, 0), mask=place < 0)
        columns |= {prefix + suffix: column.take(index) for suffix, column in texts.items()}
    return columns


def _draw_stated(
    dice: Dice, assignments: Assignments, ties: Ties, habits: Habits
) -> tuple[Ints, Ints]:
    """Draw which relations records state: rows, ascending, and places among the relations."""
    first = np.searchsorted(ties.source, assignments.entity, side="left")
    count = np.searchsorted(ties.source, assignments.entity, side="right") - first
    rows = np.repeat(np.arange(len(first), dtype=np.int64), count)
    places = np.repeat(first, count) + _number_within(rows)
    habit = habits.rate("relations")
    rate = np.where(habit > 0, 1 - _SILENCE * (1 - habit), 0.0)
    is_stated = dice.chance(len(rows), rate[rows])
    return rows[is_stated], places[is_stated]


def _number_within(rows: Ints) -> Ints:
    """Return the number, from 0, of each of some ascending rows among its equals."""
    first = np.searchsorted(rows, rows, side="left")
    return np.asarray(np.arange(len(rows), dtype=np.int64) - first)


def _draw_roles(dice: Dice, ties: Ties, places: Ints) -> pa.StringArray:
    """Draw the role that each relation is stated with; null for none."""
    count, role = len(places), ties.role[places]
    is_other = dice.chance(count, _OTHER_ROLE_RATE)
    word = np.where(is_other, dice.integers(count, 1000), ties.word[places])
    texts = pa.nulls(count, pa.string())
    for number, options in _ROLE_WORDS.items():
        words_of_role = pa.array(options, pa.string()).take(pa.array(word % len(options)))
        texts = choose_where(role == number, words_of_role, texts)
    return keep_where(texts, dice.chance(count, _ROLE_RATE))


def _draw_starts(dice: Dice, since: Ints) -> pa.StringArray:
    """Draw the year or month in which each relation is stated to begin; null for none."""
    count = len(since)
    shift = np.where(dice.chance(count, 0.5), 1, -1) * dice.chance(count, _OTHER_YEAR_RATE)
    year = format_numbers(since + shift, 4)
    month = format_numbers(1 + dice.integers(count, 12), 2)
    dated = choose_where(dice.chance(count, _MONTH_RATE), concat_texts([year, month], "-"), year)
    return keep_where(dated, dice.chance(count, _DATE_RATE))
