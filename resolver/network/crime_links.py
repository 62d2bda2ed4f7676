"""Links across crimes: persons and groups that connect one kind of crime with another, ranked.

An entity connects two crimes in one of two cases. Its own records state both, or two different
*witnesses* state them. Witnesses are the entity itself and the entities that it is related to. For
example, a group states both crimes, and a member states none. Then the group is a link, but the
member is not: it has only one witness.

The module reads in this order: the evidence of links (which records state a crime, of which entity,
and which relation connects it), links as CSV, and the search for links (`read_crime_links`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.hub import Hub
from resolver.network.expansion import Expander
from resolver.network.export import EntityTable, load_table
from resolver.network.graph import Graph, GraphLink, GraphNode
from resolver.network.graph_reader import RELATION_EDGES, build_graph, open_rows
from resolver.network.visible_records import Numbers, VisibleRecords
from resolver.records import KIND_BY_LABEL, Activity, Kind
from resolver.records.labels import escape_formula
from resolver.records.properties import ACTIVITY
from resolver.records.visibility import STRANGER, Viewer

MAX_RELATED = 5
"""Maximum number of related entities that are shown for one crime of one entity."""
_COLUMNS = ("id", "caption", "kind", "crime", "stated_of", "stated_of_id", "relation")
_COLUMNS_OF_SOURCES = ("datasets", "records")


@dataclass(frozen=True, slots=True, order=True)
class CrimeStatement:
    """Record that states a crime, and its source."""

    source: str
    record: str


@dataclass(frozen=True, slots=True)
class RelatedCrime:
    """Related entity with a crime: its relations, and the records that state the crime."""

    node: GraphNode
    edges: tuple[GraphLink, ...]
    statements: tuple[CrimeStatement, ...]


@dataclass(frozen=True, slots=True)
class CrimeEvidence:
    """Evidence for one crime of an entity.

    `statements` are its own records that state the crime. `related` are related entities with the
    crime, by id: at most `MAX_RELATED` of `related_count`.
    """

    activity: str
    statements: tuple[CrimeStatement, ...]
    related: tuple[RelatedCrime, ...]
    related_count: int


@dataclass(frozen=True, slots=True)
class CrimeLink:
    """Entity that connects crimes, with the evidence for each."""

    node: GraphNode
    crimes: tuple[CrimeEvidence, ...]


def load_evidence(
    rows: VisibleRecords, table: EntityTable, page: Sequence[int], crimes: Sequence[str]
) -> tuple[CrimeLink, ...]:
    """Return the evidence for some crimes of the entities in the rows `page` of the table."""
    has_crime = {crime: set(table.activities.rows_with(crime).tolist()) for crime in crimes}
    neighbors = _find_neighbors(table, page, set().union(*has_crime.values()))
    ids = _ids(rows, table, {row for others in neighbors.values() for row in others})
    shown: dict[tuple[int, str], list[int]] = {}
    counts: dict[tuple[int, str], int] = {}
    for row in page:
        for crime in crimes:
            others = sorted(
                (other for other in neighbors[row] if other in has_crime[crime]),
                key=ids.__getitem__,
            )
            shown[row, crime], counts[row, crime] = others[:MAX_RELATED], len(others)
    used = {*page, *(other for others in shown.values() for other in others)}
    graph = _load_graph(rows, [int(table.numbers[row]) for row in sorted(used)])
    statements = _load_statements(rows, [int(table.numbers[row]) for row in sorted(used)])
    reader = _EvidenceReader(table, graph, statements, _ids(rows, table, used))
    return tuple(
        CrimeLink(
            reader.node(row),
            tuple(
                CrimeEvidence(
                    crime,
                    reader.statements(row, crime),
                    tuple(reader.related(row, other, crime) for other in shown[row, crime]),
                    counts[row, crime],
                )
                for crime in crimes
                if row in has_crime[crime] or counts[row, crime]
            ),
        )
        for row in page
    )


def _find_neighbors(
    table: EntityTable, page: Sequence[int], witnesses: set[int]
) -> dict[int, list[int]]:
    """Return, for each row of a page, the rows among `witnesses` that it is related to."""
    left, right = table.related
    page_rows = np.array(sorted(page), dtype=np.int64)
    has_crime = np.zeros(len(table), dtype=bool)
    has_crime[sorted(witnesses)] = True
    linked: dict[int, list[int]] = {row: [] for row in page}
    for near, far in ((left, right), (right, left)):
        is_used = np.isin(near, page_rows) & has_crime[far]
        for row, other in zip(near[is_used].tolist(), far[is_used].tolist(), strict=True):
            linked[row].append(other)
    return linked


def _ids(rows: VisibleRecords, table: EntityTable, used: Iterable[int]) -> dict[int, str]:
    """Return the id of the entity in each row, by row."""
    numbers = {row: int(table.numbers[row]) for row in used}
    ids = rows.view.entity_ids(sorted(numbers.values()))
    return {row: ids[number] for row, number in numbers.items()}


def _load_graph(rows: VisibleRecords, entities: Sequence[int]) -> Graph:
    """Return the graph of the relations among some entities."""
    expansion = Expander(rows, RELATION_EDGES, len(rows) + 1).expand_stated(entities)
    return build_graph(rows, dict.fromkeys(entities, 0), expansion, is_complete=True)


def _load_statements(
    rows: VisibleRecords, entities: Sequence[int]
) -> dict[tuple[int, str], set[CrimeStatement]]:
    """Return the records that state a crime, by entity number and crime."""
    owned = rows.of_entities(entities)
    owner_of, ids = owned.by_record(), rows.ids(owned.records)
    sources = rows.sources(owned.records)
    statements: dict[tuple[int, str], set[CrimeStatement]] = {}
    for number, _, crime in rows.texts((ACTIVITY,), owned.records):
        statement = CrimeStatement(sources[number], ids[number])
        statements.setdefault((owner_of[number], crime), set()).add(statement)
    return statements


class _EvidenceReader:
    """Reads the evidence of entities by their rows in a table."""

    def __init__(
        self,
        table: EntityTable,
        graph: Graph,
        statements: Mapping[tuple[int, str], set[CrimeStatement]],
        ids: Mapping[int, str],
    ) -> None:
        self._table, self._statements, self._ids = table, statements, ids
        self._nodes = {node.id: node for node in graph.nodes}
        self._edges: dict[frozenset[str], list[GraphLink]] = {}
        for edge in graph.edges:
            self._edges.setdefault(frozenset((edge.source, edge.target)), []).append(edge)

    def node(self, row: int) -> GraphNode:
        """Return the node of an entity."""
        return self._nodes[self._ids[row]]

    def statements(self, row: int, crime: str) -> tuple[CrimeStatement, ...]:
        """Return the records of an entity that state a crime."""
        key = int(self._table.numbers[row]), crime
        return tuple(sorted(self._statements.get(key, ())))

    def related(self, row: int, other: int, crime: str) -> RelatedCrime:
        """Return a related entity with a crime, and the relations between the two."""
        ends = frozenset((self._ids[row], self._ids[other]))
        edges = tuple(self._edges.get(ends, ()))
        return RelatedCrime(self.node(other), edges, self.statements(other, crime))


def crime_link_table(links: Iterable[CrimeLink]) -> str:
    """Return links as CSV, with one line for each entity, crime and witness."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*_COLUMNS, *_COLUMNS_OF_SOURCES])
    for link in links:
        head = [link.node.id, link.node.caption, link.node.kind]
        for crime in link.crimes:
            if crime.statements:
                own = ["itself", link.node.id, "", *_sources(crime.statements)]
                writer.writerow(map(escape_formula, [*head, crime.activity, *own]))
            for row in crime.related:
                words = "; ".join(sorted({words_from(edge, link.node.id) for edge in row.edges}))
                of = [row.node.caption, row.node.id, words, *_sources(row.statements)]
                writer.writerow(map(escape_formula, [*head, crime.activity, *of]))
    return buffer.getvalue()


def words_from(edge: GraphLink, own: str) -> str:
    """Return the words of an edge, read from its end `own`."""
    return edge.words if edge.source == own else edge.reverse


def _sources(statements: Sequence[CrimeStatement]) -> list[str]:
    return [
        "; ".join(sorted({row.source for row in statements})),
        "; ".join(sorted({row.record for row in statements})),
    ]


LINKED_CRIMES = (
    Activity.PEOPLE_SMUGGLING,
    Activity.HUMAN_TRAFFICKING,
    Activity.ILLICIT_MONEY_FLOWS,
    Activity.CORRUPTION,
    Activity.FRAUDULENT_TRAVEL_DOCUMENTS,
)
"""Crimes that links are searched among. Crimes in a filter are added to them."""
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CrimeLinkFilter:
    """Filter of links; an empty field does not filter.

    A link must connect each of the crimes `activities`. `kind` is person or group.
    """

    activities: tuple[str, ...] = ()
    kind: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class CrimeLinkList:
    """Page of links.

    `total` counts all links that pass the filter, and `facets` counts them by crime, kind and
    agency.
    """

    revision: int
    links: tuple[CrimeLink, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class CrimeMatrix:
    """Crimes of each entity.

    `own[row, crime]` is true if its own records state the crime. `related[row, crime]` is the
    number of related entities with the crime. `witnesses[row]` counts the entity and its related
    entities that have any crime.
    """

    crimes: tuple[str, ...]
    own: _Flags
    related: Numbers
    witnesses: Numbers

    @property
    def has(self) -> _Flags:
        """Whether a witness states the crime."""
        flags: _Flags = self.own | (self.related > 0)
        return flags

    def connecting(self) -> _Flags:
        """Return, for each entity, whether it connects two crimes."""
        is_connected: _Flags = self.has.sum(axis=1) > 1
        is_connected &= (self.own.sum(axis=1) > 1) | (self.witnesses > 1)
        return is_connected


def read_crime_links(
    hub: Hub,
    viewer: Viewer = STRANGER,
    choice: CrimeLinkFilter | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
) -> CrimeLinkList:
    """Return a page of the links across crimes that a viewer may see.

    They are sorted by number of crimes, then number of crimes in own records, then number of
    witnesses, each descending, then by id.
    """
    choice = choice or CrimeLinkFilter()
    with open_rows(hub, viewer) as rows:
        table = load_table(rows)
        crimes = tuple(dict.fromkeys([*map(str, LINKED_CRIMES), *choice.activities]))
        matrix = count_crimes(table, crimes)
        is_chosen = _choose(table, matrix, choice)
        page = _rank(rows, table, matrix, is_chosen)[offset : offset + limit]
        return CrimeLinkList(
            table.revision,
            load_evidence(rows, table, page, crimes),
            int(is_chosen.sum()),
            _count_facets(table, matrix, is_chosen),
        )


def count_crimes(table: EntityTable, crimes: Sequence[str]) -> CrimeMatrix:
    """Return the crimes of all entities of a table, and of their related entities."""
    size = len(table)
    own = np.zeros((size, len(crimes)), dtype=bool)
    for index, crime in enumerate(crimes):
        own[table.activities.rows_with(crime), index] = True
    left, right = table.related
    is_witness: _Flags = own.sum(axis=1) > 0
    related = np.zeros((size, len(crimes)), dtype=np.int64)
    for index in range(len(crimes)):
        related[:, index] = _count_ends(left, right, own[:, index])
    witnesses = _count_ends(left, right, is_witness) + is_witness
    return CrimeMatrix(tuple(crimes), own, related, witnesses)


def _count_ends(left: Numbers, right: Numbers, flags: _Flags) -> Numbers:
    """Return, for each row, how many rows that it forms a pair with have a flag."""
    counts: Numbers = np.bincount(left[flags[right]], minlength=len(flags)) + np.bincount(
        right[flags[left]], minlength=len(flags)
    )
    return counts


def _choose(table: EntityTable, matrix: CrimeMatrix, choice: CrimeLinkFilter) -> _Flags:
    kind = int(KIND_BY_LABEL[choice.kind]) if choice.kind else int(Kind.LEGAL)
    is_chosen: _Flags = matrix.connecting() & ((table.kinds & kind) != 0)
    for crime in choice.activities:
        is_chosen &= matrix.has[:, matrix.crimes.index(crime)]
    if choice.agency:
        has_agency = np.zeros(len(table), dtype=bool)
        has_agency[table.agencies.rows_with(choice.agency)] = True
        is_chosen &= has_agency
    return is_chosen


def _rank(
    rows: VisibleRecords, table: EntityTable, matrix: CrimeMatrix, is_chosen: _Flags
) -> list[int]:
    """Return the rows of the chosen entities, the strongest links first."""
    chosen = np.flatnonzero(is_chosen)
    ids = rows.view.entity_ids(table.numbers[chosen].tolist())
    strength = np.stack(
        [
            matrix.has[chosen].sum(axis=1),
            matrix.own[chosen].sum(axis=1),
            matrix.witnesses[chosen],
        ],
        axis=1,
    )
    keys = [
        (*(-number for number in counts), ids[number], row)
        for counts, number, row in zip(
            strength.tolist(), table.numbers[chosen].tolist(), chosen.tolist(), strict=True
        )
    ]
    return [int(key[-1]) for key in sorted(keys)]


def _count_facets(
    table: EntityTable, matrix: CrimeMatrix, is_chosen: _Flags
) -> dict[str, dict[str, int]]:
    has = matrix.has[is_chosen]
    kinds = table.kinds[is_chosen]
    crimes = {
        crime: int(has[:, index].sum()) for index, crime in enumerate(matrix.crimes) if has.any()
    }
    labels = {
        kind.label: int(((kinds & int(kind)) != 0).sum()) for kind in (Kind.PERSON, Kind.GROUP)
    }
    return {
        "activities": {name: count for name, count in crimes.items() if count},
        "kinds": {name: count for name, count in labels.items() if count},
        "agencies": table.agencies.counts(is_chosen),
    }
