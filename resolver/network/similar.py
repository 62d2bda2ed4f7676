"""People and groups like one: the same roles, routes, crimes, countries and groups.

1. `Traits`: what the visible records of each entity say, as labels such as "role: transporter" and
   "crime: drugs". They are computed from the index once for a revision and a kind of viewer.
2. `find_similar` ranks entities of the same kind by the traits that they share. A rare trait counts
   more than a common one. The measure is the Jaccard index with each trait weighted by its
   information content, -log(share of the entities that have it).
3. `compare_groups` counts what each two of some groups share, as a matrix.

Likeness says where to look next. It is no evidence that two know each other: an answer names the
traits, and a relation between the two would be an edge of the network.
"""

from __future__ import annotations

import csv
import io
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.hub.hub import Hub
from resolver.network.expansion import Expander
from resolver.network.export import EntityTable, Labels, load_table, split_table
from resolver.network.graph_reader import EntityFacts, load_facts, open_rows
from resolver.network.groups import GroupFilter, read_groups
from resolver.network.visible_records import ARTEFACT_KINDS, Numbers, VisibleRecords
from resolver.records.labels import escape_formula
from resolver.records.packing import split_fields
from resolver.records.properties import RELATION, ROUTE
from resolver.records.stated_links import role_class
from resolver.records.visibility import STRANGER, Viewer

MAX_SIMILAR = 100
"""Maximum number of entities that an answer lists."""
MIN_SHARED = 2
"""Minimum number of traits that two entities share. A country alone would make half of a list
alike.
"""
_MAX_CACHED = 3


@dataclass(frozen=True, slots=True)
class SimilarEntity:
    """Entity that is like another one: `score` from 0 to 1, and the traits that they share, the
    rarest first, such as `role: transporter`.
    """

    facts: EntityFacts
    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimilarList:
    """Entities like one, the most alike first. `total` counts all that share enough traits."""

    revision: int
    facts: EntityFacts
    similar: tuple[SimilarEntity, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Trait:
    """Rows of the table that have a trait, with the words for it."""

    words: str
    rows: Numbers


_traits: OrderedDict[object, tuple[tuple[str, Labels], ...]] = OrderedDict()


def find_similar(
    hub: Hub, entity_id: str, viewer: Viewer = STRANGER, *, limit: int = 20
) -> SimilarList:
    """Find the entities like one, given by any of its ids, as the viewer may see them.

    Raises `UnknownIdError` for an id that the viewer may not know.
    """
    with open_rows(hub, viewer) as rows:
        number, table = rows.find_entity(entity_id), load_table(rows)
        row = int(np.searchsorted(table.numbers, number))
        traits = list(_traits_of(rows, table, row))
        is_alike: npt.NDArray[np.bool_] = (table.kinds & table.kinds[row]) != 0
        is_alike[row] = False
        scores, counts = _score(traits, _totals(rows, table), len(table), row)
        is_alike &= counts >= MIN_SHARED
        chosen = np.flatnonzero(is_alike)
        ids = rows.view.entity_ids(table.numbers[chosen].tolist())
        order = sorted(
            chosen.tolist(), key=lambda place: (-scores[place], ids[int(table.numbers[place])])
        )[: min(limit, MAX_SIMILAR)]
        numbers = table.numbers[order].tolist()
        facts = load_facts(rows, [number, *numbers])
        listed = tuple(
            SimilarEntity(facts[other], round(float(scores[place]), 3), _shared(traits, place))
            for other, place in zip(numbers, order, strict=True)
        )
        return SimilarList(rows.view.revision, facts[number], listed, len(chosen))


def _labels(rows: VisibleRecords, table: EntityTable) -> tuple[tuple[str, Labels], ...]:
    """Return the labels of all entities by what they are called; cached like the table."""
    view = rows.view
    viewer = replace(rows.viewer, name="named" if rows.viewer.name else "")
    key = (str(view.connection.engine.url), view.head.store_id, view.revision, rows.present, viewer)
    labels = _traits.get(key)
    if labels is None:
        roles, routes = (
            Labels.gather(
                pair
                for part in split_table(rows, table)
                for pair in part.without_vulnerable().labels((prop,), name)
            )
            for prop, name in ((RELATION, _role_name), (ROUTE, _route_name))
        )
        labels = _traits[key] = (
            ("role", roles),
            ("route", routes),
            ("crime", table.activities),
            ("country", table.countries),
        )
        while len(_traits) > _MAX_CACHED:
            # each step is atomic in the interpreter, so threads need no lock
            _traits.popitem(last=False)
    return labels


def _role_name(packed: str) -> str:
    return role_class(split_fields(packed, 4)[3])


def _route_name(packed: str) -> str:
    country, role = split_fields(packed, 2)
    return f"{country} ({role})"


def _traits_of(rows: VisibleRecords, table: EntityTable, row: int) -> Iterable[_Trait]:
    for name, labels in _labels(rows, table):
        for code in labels.codes[labels.rows == row].tolist():
            words = f"{name}: {labels.names[code].replace('_', ' ')}"
            yield _Trait(words, labels.rows[labels.codes == code])
    groups, members = table.members
    places = groups[members == row]
    facts = load_facts(rows, table.numbers[places].tolist())
    for place in places.tolist():
        caption = facts[int(table.numbers[place])].caption
        yield _Trait(f"group: {caption}", members[groups == place])


def _weight(count: int | npt.NDArray[np.int64], total: int) -> npt.NDArray[np.float64]:
    """Return the information content of traits that `count` of `total` entities have."""
    weights: npt.NDArray[np.float64] = np.log(total / np.maximum(count, 1))
    return weights


def _totals(rows: VisibleRecords, table: EntityTable) -> npt.NDArray[np.float64]:
    """Return the weight of all traits of each entity."""
    count = len(table)
    totals = np.zeros(count)
    pairs = [(labels.rows, labels.codes) for _, labels in _labels(rows, table)]
    for owners, codes in (*pairs, table.members[::-1]):
        weights = _weight(np.bincount(codes), count)
        totals += np.bincount(owners, weights=weights[codes], minlength=count)
    return totals


def _score(
    traits: Sequence[_Trait], totals: npt.NDArray[np.float64], count: int, row: int
) -> tuple[npt.NDArray[np.float64], Numbers]:
    """Return the likeness of each entity, and the number of traits that it shares."""
    shared, counts = np.zeros(count), np.zeros(count, dtype=np.int64)
    for trait in traits:
        shared[trait.rows] += _weight(len(trait.rows), count)
        counts[trait.rows] += 1
    return shared / np.maximum(totals + totals[row] - shared, 1e-9), counts


def _shared(traits: Sequence[_Trait], place: int) -> tuple[str, ...]:
    rarest = sorted(traits, key=lambda trait: (len(trait.rows), trait.words))
    return tuple(trait.words for trait in rarest if (trait.rows == place).any())


MAX_COMPARED = 20
"""Maximum number of groups in a matrix; a wider one is no longer read."""
MAX_CANDIDATES = 200
"""Number of groups of most members among which a matrix looks for those that share something. Most
pairs of groups share nothing, so a matrix of the largest groups alone would be nearly empty.
"""
SHARED = ("members", "crimes", "countries", "artefacts")
"""What groups are compared by."""


@dataclass(frozen=True, slots=True)
class GroupMatrix:
    """What each two of some groups share.

    `counts[name][i][j]`, with a name of `SHARED`, is the number that groups i and j share, and of
    all that group i has where j is i.
    """

    revision: int
    groups: tuple[EntityFacts, ...]
    counts: Mapping[str, tuple[tuple[int, ...], ...]]

    def shares_any(self, shared: str) -> bool:
        """Return whether any two of the groups share something of a kind."""
        return any(
            count
            for row, line in enumerate(self.counts[shared])
            for count in (*line[:row], *line[row + 1 :])
        )


def compare_groups(
    hub: Hub,
    viewer: Viewer = STRANGER,
    choice: GroupFilter | None = None,
    ids: Sequence[str] = (),
    shared: str = SHARED[0],
) -> GroupMatrix:
    """Compare groups, given by any of their ids, or chosen among those that fit a choice.

    The chosen groups are those that share something (`shared`, of `SHARED`) with most others, then
    those of most members. Raises `UnknownIdError` for an id that the viewer may not know.
    """
    is_chosen = not ids
    if is_chosen:
        page = read_groups(hub, viewer, choice, limit=MAX_CANDIDATES)
        ids = [row.facts.id for row in page.groups]
    else:
        ids = ids[:MAX_COMPARED]
    with open_rows(hub, viewer) as rows:
        numbers = list(dict.fromkeys(rows.find_entity(text) for text in ids))
        table, facts = load_table(rows), load_facts(rows, numbers)
        places = np.searchsorted(table.numbers, numbers)
        groups, members = table.members
        held: dict[int, set[object]] = {number: set() for number in numbers}
        for source, target, _ in Expander(rows, ARTEFACT_KINDS).expand(numbers).edges:
            if isinstance(source, int) and source in held:
                held[source].add(target)
        sets: dict[str, list[set[object]]] = {
            "members": [set(members[groups == place].tolist()) for place in places],
            "crimes": [set(facts[number].activities) for number in numbers],
            "countries": [set(facts[number].countries) for number in numbers],
            "artefacts": [held[number] for number in numbers],
        }
        if is_chosen:
            kept = _most_shared(sets[shared])
            sets = {name: [columns[place] for place in kept] for name, columns in sets.items()}
            numbers = [numbers[place] for place in kept]
        counts = {
            name: tuple(tuple(len(left & right) for right in columns) for left in columns)
            for name, columns in sets.items()
        }
        return GroupMatrix(rows.view.revision, tuple(facts[number] for number in numbers), counts)


def _most_shared(sets: Sequence[Set[object]]) -> list[int]:
    """Return the places of the sets that meet most others, at most `MAX_COMPARED`, in order; of
    sets that do not meet at all, the first.
    """
    met = [max(sum(not left.isdisjoint(right) for right in sets), 1) for left in sets]
    fewest = min(max(met, default=1), 2)
    order = sorted(
        (place for place, count in enumerate(met) if count >= fewest),
        key=lambda place: (-met[place], place),
    )
    return sorted(order[:MAX_COMPARED])


def group_matrix_table(matrix: GroupMatrix, shared: str) -> str:
    """Return a matrix as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    captions = [escape_formula(row.caption) for row in matrix.groups]
    writer.writerow(["group", *captions])
    for caption, line in zip(captions, matrix.counts[shared], strict=True):
        writer.writerow([caption, *line])
    return buffer.getvalue()
