"""Groups of a store: who belongs to them and when, their crimes, countries and agencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.hub import Hub
from resolver.network.artefacts import Numbers
from resolver.network.graph import Graph, GraphLink, GraphNode
from resolver.network.graph_reader import GraphQuery, grow_graph, open_rows
from resolver.network.node_facts import EntityFacts, load_facts
from resolver.network.periods import years_of
from resolver.network.tables.entity_table import MEMBERSHIP_TYPES, EntityTable, Labels, load_table
from resolver.records import Kind, RelationType
from resolver.records.visibility import STRANGER, Viewer

GROUP_FACETS = ("countries", "activities", "agencies")
GROUP_SORTS = ("members", "agencies", "activities", "countries")
"""What groups are ordered by, the largest number first; ties by id."""
MAX_MEMBERS = 500
_MEMBERSHIP_VALUES = frozenset(kind.value for kind in MEMBERSHIP_TYPES)
_OPEN = 9999


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """Groups to list: with one of the values of each facet that is given, at least `min_members`,
    and their order.
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
    """Page of groups, the number of all that fit, and what these have of each facet."""

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
    """Return the number that each entity is ordered by."""
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
    """Entity that belongs to a group: how, in which roles and periods, by which lists."""

    node: GraphNode
    edge: GraphLink


@dataclass(frozen=True, slots=True)
class GroupView:
    """Group with those who belong to it, and the groups that it is related to.

    `leaders` are among the members. `by_year`: those in force in each year, from the first to the
    last that a list dates; `undated` members are in none. `is_complete`: no member was left out.
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


def read_group(
    hub: Hub, entity_id: str, viewer: Viewer = STRANGER, *, revision: int | None = None
) -> GroupView:
    """Read a group by any of its ids. Raises `UnknownIdError` for an id that the viewer may not
    know.
    """
    query = GraphQuery(
        1, _GROUP_TYPES, revision=revision, max_nodes=MAX_MEMBERS * 2, max_neighbors=MAX_MEMBERS
    )
    with open_rows(hub, viewer, revision) as rows:
        graph = grow_graph(rows, [rows.find_entity(entity_id)], query)
    return view_group(graph)


def view_group(graph: Graph) -> GroupView:
    """View the graph of one hop around a group as a group."""
    group = next(node for node in graph.nodes if node.distance == 0)
    nodes = {node.id: node for node in graph.nodes}
    members: list[Membership] = []
    related: list[Membership] = []
    for edge in graph.edges:
        is_member = edge.type in _MEMBERSHIP_VALUES and edge.target == group.id
        other = nodes[edge.source if edge.target == group.id else edge.target]
        (members if is_member else related).append(Membership(other, edge))
    members.sort(key=_member_order)
    by_year, undated = _count_years(members)
    people = {row.node.id: row.node for row in members}.values()
    return GroupView(
        graph.revision,
        group,
        tuple(members),
        tuple(row for row in members if _leads(row)),
        tuple(sorted(related, key=_member_order)),
        by_year,
        undated,
        _count(node.activities for node in people),
        _count(node.countries for node in people),
        _count(node.agencies for node in people),
        graph.is_complete,
    )


def _leads(row: Membership) -> bool:
    is_leader = row.edge.type == RelationType.LEADER_OF.value
    return is_leader or any(item.role_class == "leader" for item in row.edge.statements)


def _member_order(row: Membership) -> tuple[bool, str, str, str]:
    return not _leads(row), row.node.caption.casefold(), row.node.id, row.edge.type


def _count(values: Iterable[Sequence[str]]) -> dict[str, int]:
    counts = Counter(value for row in values for value in row)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _count_years(members: Iterable[Membership]) -> tuple[tuple[tuple[int, int], ...], int]:
    """Return (year, members then) for all years that are dated, and how many are undated."""
    years_by_member: dict[str, set[tuple[int, int]]] = {}
    for row in members:
        spans = {years_of(item.start, item.end) for item in row.edge.statements} - {None}
        years_by_member.setdefault(row.node.id, set()).update(
            span for span in spans if span is not None
        )
    dated = {member: spans for member, spans in years_by_member.items() if spans}
    ends = {year for spans in dated.values() for span in spans for year in span} - {_OPEN}
    if not ends:
        return (), len(years_by_member)
    by_year = [
        (year, sum(any(a <= year <= b for a, b in spans) for spans in dated.values()))
        for year in range(min(ends), max(ends) + 1)
    ]
    return tuple(by_year), len(years_by_member) - len(dated)


_GROUP_TYPES = (
    *_MEMBERSHIP_VALUES,
    *(
        kind.value
        for kind in (
            RelationType.FACTION_OF,
            RelationType.SPLINTER_OF,
            RelationType.PREDECESSOR_OF,
            RelationType.MERGED_INTO,
            RelationType.ALLY_OF,
            RelationType.OPPONENT_OF,
            RelationType.OWNER_OF,
            RelationType.ASSOCIATE_OF,
            RelationType.LINKED_TO,
        )
    ),
)
