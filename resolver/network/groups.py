"""Groups of a store: who belongs to them and when, their crimes, countries and agencies.

The past of a group (`GroupLineage`) has the groups that it came from, split into or merged with,
and its allies and rivals, with the years that lists state.

The module also computes the overlap between agencies: how many entities two agencies both have
records of.

Small counts are not shown: a count below `MIN_COUNT` is only called small, so that a matrix of
statistics identifies nobody.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.network.export import MEMBERSHIP_TYPES, EntityTable, Labels, load_table
from resolver.network.graph import (
    Graph,
    GraphLink,
    GraphNode,
    first_and_last_day,
    is_in_force,
    join_graphs,
    years_of,
)
from resolver.network.graph_reader import EntityFacts, GraphQuery, grow_graph, load_facts, open_rows
from resolver.network.visible_records import Numbers
from resolver.network.workbench import edge_document, node_document
from resolver.records import KIND_BY_LABEL, Kind, RelationType
from resolver.records.labels import escape_formula
from resolver.records.visibility import STRANGER, Viewer

GROUP_FACETS = ("countries", "activities", "agencies")
GROUP_SORTS = ("members", "agencies", "activities", "countries")
"""What groups are ordered by, the largest number first; ties by id."""
MAX_MEMBERS = 500
MEMBERSHIP_VALUES = tuple(kind.value for kind in MEMBERSHIP_TYPES)
LINEAGE_VALUES = tuple(
    kind.value
    for kind in (
        *(RelationType.FACTION_OF, RelationType.SPLINTER_OF, RelationType.PREDECESSOR_OF),
        *(RelationType.MERGED_INTO, RelationType.ALLY_OF, RelationType.OPPONENT_OF),
    )
)
"""Types of edge that make somebody a member of a group, and that tell the past of a group."""
_OPEN = 9999
_MAX_GENERATIONS, MAX_LINEAGE = 4, 60
"""Edges from a group to the farthest one of its past, and most groups of a lineage."""


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """Groups to list: they have one of the values of each given facet and at least `min_members`
    members. It also has their order.
    """

    countries: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    min_members: int = 0
    sort: str = "members"


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """Group with the number of entities that belong to it."""

    facts: EntityFacts
    members: int


@dataclass(frozen=True, slots=True)
class GroupList:
    """Page of groups, the number of all groups that fit, and the counts of their facets."""

    revision: int
    groups: tuple[GroupSummary, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


def read_groups(
    hub: Hub,
    viewer: Viewer = STRANGER,
    choice: GroupFilter | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
) -> GroupList:
    """Read a page of the groups that a viewer may see."""
    choice = choice or GroupFilter()
    with open_rows(hub, viewer) as rows:
        table = load_table(rows)
        is_chosen = _choose(table, choice)
        sizes = np.bincount(table.members[0], minlength=len(table))
        chosen = table.numbers[is_chosen].tolist()
        ids = rows.view.entity_ids(chosen)
        rank = {
            number: -int(n)
            for number, n in zip(chosen, _sort_values(table, choice.sort)[is_chosen], strict=True)
        }
        page = sorted(chosen, key=lambda number: (rank[number], ids[number]))
        page = page[offset : offset + limit]
        facts = load_facts(rows, page)
        size_of = dict(zip(table.numbers.tolist(), sizes.tolist(), strict=True)) if page else {}
        return GroupList(
            table.revision,
            tuple(GroupSummary(facts[number], size_of[number]) for number in page),
            int(is_chosen.sum()),
            {name: _labels(table, name).counts(is_chosen) for name in GROUP_FACETS},
        )


def _sort_values(table: EntityTable, sort: str) -> Numbers:
    """Return the number by which each entity is ordered."""
    if sort == "members":
        return np.bincount(table.members[0], minlength=len(table))
    return _labels(table, sort).sizes(len(table))


def _labels(table: EntityTable, name: str) -> Labels:
    labels: Labels = getattr(table, name)
    return labels


def _choose(table: EntityTable, choice: GroupFilter) -> npt.NDArray[np.bool_]:
    is_chosen: npt.NDArray[np.bool_] = (table.kinds & int(Kind.LEGAL)) == int(Kind.GROUP)
    for name in GROUP_FACETS:
        values: Sequence[str] = getattr(choice, name)
        if values:
            has_value = np.zeros(len(table), dtype=bool)
            for value in values:
                has_value[_labels(table, name).rows_with(value)] = True
            is_chosen &= has_value
    if choice.min_members:
        sizes = np.bincount(table.members[0], minlength=len(table))
        is_chosen &= sizes >= choice.min_members
    return is_chosen


@dataclass(frozen=True, slots=True)
class Membership:
    """Entity that belongs to a group, or is related to it, and all relations that say so.

    `words`, `roles`, `periods`, `sources` and `sentences` are those of all its relations, each
    once. `words` read from the entity to the group.
    """

    node: GraphNode
    edges: tuple[GraphLink, ...]

    @property
    def is_dated(self) -> bool:
        """Whether a list says when."""
        rows = [row for edge in self.edges for row in edge.statements]
        return any((row.start or row.end) and not row.is_reversed_period for row in rows)

    @property
    def leads(self) -> bool:
        """Whether a list says that the entity leads the group."""
        return any(
            edge.type == RelationType.LEADER_OF.value
            or any(row.role_class == "leader" for row in edge.statements)
            for edge in self.edges
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What the entity is to the group, for example ("leader of", "member of")."""
        own = self.node.id
        return _merge((edge.words if edge.source == own else edge.reverse,) for edge in self.edges)

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles as the lists write them."""
        return _merge(edge.roles for edge in self.edges)

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods as the lists write them."""
        return _merge(edge.periods for edge in self.edges)

    @property
    def sources(self) -> tuple[str, ...]:
        """Lists that state the relations."""
        return tuple(sorted(_merge(edge.sources for edge in self.edges)))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences of lists that the relations were read from."""
        return _merge(edge.sentences for edge in self.edges)


def _merge(rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for row in rows for text in row))


@dataclass(frozen=True, slots=True)
class LineageEvent:
    """Relation between two groups and the years of it: `first` (0: no list dates it) to `last`
    (0: still, or not known).
    """

    first: int
    last: int
    edge: GraphLink


@dataclass(frozen=True, slots=True)
class LineageGroup:
    """Group of a lineage with the first and the last year that lists state of it (0: none)."""

    node: GraphNode
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class GroupLineage:
    """Groups that came before, beside and after a group, by their first year, and what joins them.

    `events` are ordered by year; those without a date come last. Both are empty for a group that no
    list relates to another one.
    """

    groups: tuple[LineageGroup, ...] = ()
    events: tuple[LineageEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupView:
    """Group with the entities that belong to it, and the groups to which it is related.

    `leaders` are among the members. `by_year`: number of members in force in each year, from the
    first to the last year that a list states; `undated` members are in no year. `is_complete`: no
    member was left out.

    `period`: first and last day (ISO) of the time that was asked for; empty for any time. Members,
    leaders and related groups are then those that may have been so in that time. A relation without
    dates may always have been.
    """

    revision: int
    group: GraphNode
    members: tuple[Membership, ...]
    leaders: tuple[Membership, ...]
    related: tuple[Membership, ...]
    by_year: tuple[tuple[int, int], ...]
    undated: int
    activities: Mapping[str, int]
    countries: Mapping[str, int]
    agencies: Mapping[str, int]
    is_complete: bool
    lineage: GroupLineage = GroupLineage()
    period: tuple[str, str] = ("", "")

    @property
    def entity_ids(self) -> list[str]:
        """Ids of all entities that the view shows."""
        nodes = [self.group, *(row.node for row in (*self.members, *self.related))]
        nodes += [row.node for row in self.lineage.groups]
        return sorted({node.id for node in nodes if node.records})


def read_group(
    hub: Hub,
    entity_id: str,
    viewer: Viewer = STRANGER,
    *,
    revision: int | None = None,
    period: tuple[str, str] = ("", ""),
) -> GroupView:
    """Read a group by any of its ids, at any time or in a `period` (first and last day, ISO).

    Raises `UnknownIdError` for an id that the viewer may not know.
    """
    query = GraphQuery(
        1, _GROUP_TYPES, revision=revision, max_nodes=MAX_MEMBERS * 2, max_neighbors=MAX_MEMBERS
    )
    with open_rows(hub, viewer, revision) as rows:
        number = rows.find_entity(entity_id)
        graph = grow_graph(rows, [number], query)
        past = GraphQuery(_MAX_GENERATIONS, _SUCCESSION, max_nodes=MAX_LINEAGE)
        lineage = view_lineage(join_graphs(grow_graph(rows, [number], past), _allies(graph)))
    return view_group(graph, period, lineage)


def read_period(text: str) -> tuple[str, str]:
    """Return the first and the last day of a year, month or day as somebody types it.

    Raises `InputError` for a text that is none. An empty text has empty days.
    """
    period = first_and_last_day(text.strip()) if text.strip() else ("", "")
    if text.strip() and not all(period):
        raise InputError(f"{text[:40]!r} is no year or day", hint="write 2016 or 2016-05-01")
    return period


def view_lineage(graph: Graph) -> GroupLineage:
    """View a graph of groups as a lineage."""
    events, years = [], dict[str, list[int]]()
    for edge in graph.edges:
        spans = [years_of(row.start, row.end) for row in edge.statements]
        dated = [span for span in spans if span is not None]
        first = min((span[0] for span in dated), default=0)
        last = max((span[1] for span in dated), default=0)
        events.append(LineageEvent(first, 0 if last == _OPEN else last, edge))
        for end in (edge.source, edge.target):
            years.setdefault(end, []).extend(
                year for span in dated for year in span if year != _OPEN
            )
    if not events:
        return GroupLineage()
    groups = [
        LineageGroup(
            node, min(years.get(node.id, ()), default=0), max(years.get(node.id, ()), default=0)
        )
        for node in graph.nodes
    ]
    groups.sort(key=lambda row: (row.first or _OPEN, row.node.caption.casefold(), row.node.id))
    events.sort(key=lambda row: (row.first or _OPEN, row.edge.source, row.edge.target))
    return GroupLineage(tuple(groups), tuple(events))


def _allies(graph: Graph) -> Graph:
    """Return the part of the graph around a group that has its allies and rivals."""
    edges = tuple(edge for edge in graph.edges if edge.type in _ALLIANCES)
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    nodes = tuple(node for node in graph.nodes if node.id in ends or not node.distance)
    return replace(graph, nodes=nodes, edges=edges)


def _cut_to(edge: GraphLink, period: tuple[str, str]) -> GraphLink | None:
    """Return an edge with the statements that can hold in a period; None if none of them can."""
    first, last = period
    if not first:
        return edge
    statements = tuple(
        row
        for row in edge.statements
        # dates that make no sense are none
        if row.is_reversed_period
        or (is_in_force(row.start, "", last) and is_in_force("", row.end, first))
    )
    return replace(edge, statements=statements) if statements else None


def view_group(
    graph: Graph, period: tuple[str, str] = ("", ""), lineage: GroupLineage | None = None
) -> GroupView:
    """Return the graph of one hop around a group as a view of it, at any time or in a period."""
    group = next(node for node in graph.nodes if node.distance == 0)
    nodes = {node.id: node for node in graph.nodes}
    stated = [edge for edge in graph.edges if _joins(edge, group.id)]
    in_time = [edge for row in graph.edges if (edge := _cut_to(row, period))]
    members = _gather((edge for edge in in_time if _joins(edge, group.id)), group.id, nodes)
    related = _gather((edge for edge in in_time if not _joins(edge, group.id)), group.id, nodes)
    by_year, undated = _count_years(_gather(stated, group.id, nodes))
    return GroupView(
        graph.revision,
        group,
        members,
        tuple(row for row in members if row.leads),
        related,
        by_year,
        undated,
        _count(row.node.activities for row in members),
        _count(row.node.countries for row in members),
        _count(row.node.agencies for row in members),
        graph.is_complete,
        lineage or GroupLineage(),
        period,
    )


def _joins(edge: GraphLink, group_id: str) -> bool:
    """Return whether an edge makes somebody a member of a group."""
    return edge.type in MEMBERSHIP_VALUES and edge.target == group_id


def _gather(
    edges: Iterable[GraphLink], group_id: str, nodes: Mapping[str, GraphNode]
) -> tuple[Membership, ...]:
    """Return the entities at the other ends of edges of a group, each once; leaders come first."""
    edges_of: dict[str, list[GraphLink]] = {}
    for edge in edges:
        other = edge.source if edge.target == group_id else edge.target
        edges_of.setdefault(other, []).append(edge)
    rows = (Membership(nodes[other], tuple(found)) for other, found in edges_of.items())
    return tuple(
        sorted(rows, key=lambda row: (not row.leads, row.node.caption.casefold(), row.node.id))
    )


def _count(values: Iterable[Sequence[str]]) -> dict[str, int]:
    counts = Counter(value for row in values for value in row)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _count_years(members: Iterable[Membership]) -> tuple[tuple[tuple[int, int], ...], int]:
    """Return (year, number of members then) for all dated years, and the number of undated
    members.
    """
    years_by_member = {
        row.node.id: {
            span
            for edge in row.edges
            for item in edge.statements
            if (span := years_of(item.start, item.end)) is not None
        }
        for row in members
    }
    dated = {member: spans for member, spans in years_by_member.items() if spans}
    ends = {year for spans in dated.values() for span in spans for year in span} - {_OPEN}
    if not ends:
        return (), len(years_by_member)
    by_year = [
        (year, sum(any(a <= year <= b for a, b in spans) for spans in dated.values()))
        for year in range(min(ends), max(ends) + 1)
    ]
    return tuple(by_year), len(years_by_member) - len(dated)


def join_years(by_year: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return (first year, last year, count) for each run of years with one count."""
    runs: list[tuple[int, int, int]] = []
    for year, count in by_year:
        if runs and runs[-1][1:] == (year - 1, count):
            runs[-1] = (runs[-1][0], year, count)
        else:
            runs.append((year, year, count))
    return runs


def group_document(view: GroupView) -> dict[str, Any]:
    """Return a group as JSON."""
    return {
        "group": node_document(view.group),
        "members": [_member_document(row) for row in view.members],
        "leaders": sorted({row.node.id for row in view.leaders}),
        "related": [_member_document(row) for row in view.related],
        "by_year": {str(year): count for year, count in view.by_year},
        "undated": view.undated,
        "activities": dict(view.activities),
        "countries": dict(view.countries),
        "agencies": dict(view.agencies),
        "complete": view.is_complete,
        "version": view.revision,
        "lineage": {
            "groups": [
                {"node": node_document(row.node), "first": row.first, "last": row.last}
                for row in view.lineage.groups
            ],
            "events": [
                {"first": row.first, "last": row.last, "edge": edge_document(row.edge)}
                for row in view.lineage.events
            ],
        },
        "period": list(filter(None, view.period)),
    }


def _member_document(row: Membership) -> dict[str, Any]:
    return {
        "node": node_document(row.node),
        "edges": [edge_document(edge) for edge in row.edges],
    }


_ALLIANCES = (RelationType.ALLY_OF.value, RelationType.OPPONENT_OF.value)
_SUCCESSION = tuple(kind for kind in LINEAGE_VALUES if kind not in _ALLIANCES)
_GROUP_TYPES = (
    *MEMBERSHIP_VALUES,
    *LINEAGE_VALUES,
    *(RelationType.OWNER_OF.value, RelationType.ASSOCIATE_OF.value, RelationType.LINKED_TO.value),
)


MIN_COUNT = 5
"""Smallest count that is given; smaller ones but 0 are None."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Entities that agencies share: `counts[i][j]` is the number of entities that agencies i and j
    both have; if i is j, the number of all entities of i. None for a small number.

    `shared`: number of entities of at least two agencies. `kind` and `activity` are the filters of
    the entities, empty for all.
    """

    revision: int
    agencies: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]
    entities: int | None
    shared: int | None
    kind: str = ""
    activity: str = ""


def read_overlap(
    hub: Hub, viewer: Viewer = STRANGER, *, kind: str = "", activity: str = ""
) -> Overlap:
    """Count the entities that agencies share, as the viewer may see them. `kind` (label) and
    `activity` select entities.
    """
    with open_rows(hub, viewer) as rows:
        return count_agency_overlap(load_table(rows), kind=kind, activity=activity)


def count_agency_overlap(table: EntityTable, *, kind: str = "", activity: str = "") -> Overlap:
    """Count the entities of a table that agencies share."""
    is_counted = _select(table, kind, activity)
    agencies = table.agencies
    is_used = is_counted[agencies.rows]
    rows, codes = agencies.rows[is_used], agencies.codes[is_used]
    size = len(agencies.names)
    sizes = np.bincount(rows, minlength=len(table))
    counts = np.diag(np.bincount(codes, minlength=size))
    # most entities are of one agency; only the others form pairs
    is_shared = sizes[rows] > 1
    rows, codes = rows[is_shared], codes[is_shared]
    for step in range(1, int(sizes.max(initial=0))):
        # labels are sorted by row, so the other labels of a row follow it
        is_pair = rows[step:] == rows[:-step]
        left, right = codes[:-step][is_pair], codes[step:][is_pair]
        np.add.at(counts, (left, right), 1)
        np.add.at(counts, (right, left), 1)
    listed = np.flatnonzero(np.diag(counts) > 0)
    matrix = counts[np.ix_(listed, listed)].tolist()
    return Overlap(
        table.revision,
        tuple(agencies.names[code] for code in listed.tolist()),
        tuple(tuple(map(suppress_small, line)) for line in matrix),
        suppress_small(int(is_counted.sum())),
        suppress_small(int((sizes > 1).sum())),
        kind,
        activity,
    )


def _select(table: EntityTable, kind: str, activity: str) -> npt.NDArray[np.bool_]:
    """Return for each entity whether it is of a kind and a crime."""
    is_counted = np.ones(len(table), dtype=bool)
    if kind:
        is_counted &= (table.kinds & int(KIND_BY_LABEL[kind])) != 0
    if activity:
        has_activity = np.zeros(len(table), dtype=bool)
        has_activity[table.activities.rows_with(activity)] = True
        is_counted &= has_activity
    return is_counted


def suppress_small(count: int) -> int | None:
    """Return a count; None for a small count that is not 0."""
    return count if count == 0 or count >= MIN_COUNT else None


def overlap_table(overlap: Overlap) -> str:
    """Return a matrix as CSV; small counts are `<5`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["agency", *map(escape_formula, overlap.agencies)])
    for agency, line in zip(overlap.agencies, overlap.counts, strict=True):
        small = f"<{MIN_COUNT}"
        writer.writerow([escape_formula(agency), *(small if n is None else n for n in line)])
    return buffer.getvalue()
