"""Paths between two entities: who connects them, over relations and shared artefacts.

1. `find_end`: the entity that somebody means by an id or by a name that they type.
2. `find_paths`: the shortest paths between two entities; `connect_ends`: those between all entities
   that have exactly the two typed names. Two that are linked directly also have the paths of two
   edges. The search goes from both ends, the smaller frontier first. It stops when the frontiers
   touch, at the longest allowed path, or after `MAX_VISITED` nodes. Only some neighbors of a node
   with very many are read, so a shared mailbox does not connect everybody. A `PathQuery` can leave
   out types of edge, years and lists.
3. The order of the paths: the shortest comes first. Of paths as long, one over nodes with few
   neighbors comes first, because it says more, and so does one that more lists state. Nodes with
   many neighbors are named as hubs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from resolver.check.screener import Screener, build_match_documents
from resolver.check.term_search import SearchScope
from resolver.errors import InputError, UnknownIdError
from resolver.hub.hub import Hub
from resolver.names.lexicons.legal_forms import stop_words
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import NAME, EdgeStatement, Graph, first_and_last_day
from resolver.network.graph_reader import build_graph, load_facts, node_id, open_rows, sorted_keys
from resolver.network.visible_records import VisibleRecords
from resolver.network.workbench import graph_document
from resolver.records import Kind
from resolver.records.kinds import kind_of_schema
from resolver.records.properties import FULL_NAMES
from resolver.records.visibility import STRANGER, Viewer
from resolver.search import read_typed_text

MAX_MEANT = 40
"""Maximum number of entities that are considered for a name that somebody types."""
MIN_RELEVANCE = 0.5
"""Minimum relevance of an entity that is meant though no name of it has the typed words. On public
lists, misspelt names of listed groups and persons reach 0.6 or more, and invented names stay below
0.46. With a lower limit, a name that nobody has would be taken for a stranger's.
"""


@dataclass(frozen=True, slots=True)
class PathEnd:
    """Entity that somebody means by a typed text (`asked`).

    `others`: further entities with that name, as (id, caption, what tells it apart: the name that
    has the typed words, if it is not the caption, its schema and its lists). Empty if the end was
    given by its id. `same`: ids of all entities that have exactly the typed name, with `id` first;
    only `id` if it was given by its id, or if its name has more words. `is_exact`: no name with
    more or other words was taken for the typed one. `about`: what tells the entity itself apart.
    """

    asked: str
    id: str
    caption: str
    others: tuple[tuple[str, str, str], ...] = ()
    same: tuple[str, ...] = ()
    is_exact: bool = True
    about: str = ""

    @property
    def is_unclear(self) -> bool:
        """Whether the typed text fits several entities, and none of them has exactly this name."""
        return not self.is_exact and bool(self.others)

    @property
    def seen(self) -> tuple[str, ...]:
        """Ids of all entities that a reader of this end is shown."""
        return (self.id, *(entity_id for entity_id, _, _ in self.others))


def find_end(
    hub: Hub,
    screener: Screener,
    asked: str,
    viewer: Viewer = STRANGER,
    revision: int | None = None,
    *,
    wants_group: bool = False,
) -> PathEnd:
    """Return the entity that a viewer means by an id, or by a name as people type it.

    With `wants_group`, persons and assets with the name only count if no group has it.
    `revision`: revision of the store whose ids are valid (None for the present revision). Names are
    always those of the present revision. An entity whose name has the same words comes before one
    whose name has more words, and few more words come before many. Small words such as `of` and
    `in` may differ. If no name has all the words, the entity that the search puts first
    is meant, provided that its relevance is at least `MIN_RELEVANCE`.

    Raises `UnknownIdError` if the viewer may know no such entity, and `StoreError` for an empty
    store.
    """
    text = asked.strip()
    with open_rows(hub, viewer, revision) as rows:
        try:
            number = rows.find_entity(text)
        except UnknownIdError:
            number = 0
        if number:
            facts = load_facts(rows, [number])[number]
            return PathEnd(text, facts.id, facts.caption, same=(facts.id,))
    found = screener.search(text, SearchScope(viewer))
    best_found = found.best(MAX_MEANT)
    documents = build_match_documents(best_found, found.snapshot)
    typed = frozenset(read_typed_text(text).words)
    fits = [_fit_name(document, typed) for document in documents]
    if wants_group:
        fits = _prefer_groups(fits, documents)
    is_named = any(fit.rank < _NOT_NAMED for fit in fits)
    if not typed or not best_found or not (is_named or best_found[0].score >= MIN_RELEVANCE):
        raise UnknownIdError(
            f"there is no entity or record {text[:80]}, and nobody is known by that name",
            hint="search for a name first",
        )
    places = sorted(range(len(fits)), key=lambda place: fits[place][:2])
    best, *others = (_describe_end(documents[place], fits[place]) for place in places)
    same = [str(documents[place]["id"]) for place in places if not fits[place].rank]
    named = {str(documents[place]["id"]) for place in places if fits[place].rank < _NOT_NAMED}
    return PathEnd(
        text,
        *best[:2],
        tuple(row for row in others if row[0] in named),
        tuple(dict.fromkeys((best[0], *same))),
        bool(same),
        best[2],
    )


_NOT_NAMED = 2


class _Fit(NamedTuple):
    """How well a name of an entity fits a typed one: `rank` is 0 if it has the same words, 1 if it
    has more words, else `_NOT_NAMED`. `more` is the number of further words of the name `text`.
    """

    rank: int
    more: int
    text: str


_NO_FIT = _Fit(_NOT_NAMED, 0, "")


def _fit_name(document: Mapping[str, Any], typed: frozenset[str]) -> _Fit:
    """Return how well the best name of an entity fits some typed words.

    Small words such as `of` and `in` may differ if the name has more words.
    """
    texts = [str(document["caption"])]
    for prop in FULL_NAMES:
        texts += [text for text in document["properties"].get(prop, ()) if isinstance(text, str)]
    wanted = typed - stop_words() or typed
    fits = [_NO_FIT]
    for text in texts:
        words = frozenset(read_typed_text(text).words)
        if words == typed:
            fits.append(_Fit(0, 0, text))
        elif wanted <= words:
            fits.append(_Fit(1, len(words - stop_words() - wanted), text))
    # of names that fit as well, the first one is meant: the caption
    return min(fits, key=lambda fit: fit[:2])


def _prefer_groups(fits: Sequence[_Fit], documents: Sequence[Mapping[str, Any]]) -> list[_Fit]:
    """Return the fits of names; if a group has the name, no person or asset has it."""
    no_groups = (Kind.PERSON, Kind.ASSET)
    only = [
        fit if kind_of_schema(str(document["schema"])) not in no_groups else _NO_FIT
        for fit, document in zip(fits, documents, strict=True)
    ]
    return only if any(fit.rank < _NOT_NAMED for fit in only) else list(fits)


def _describe_end(document: Mapping[str, Any], fit: _Fit) -> tuple[str, str, str]:
    """Return id and caption of an entity, and what tells it apart: the name that fits, if that is
    not the caption, the schema and the lists.
    """
    caption, lists = str(document["caption"]), (document["schema"], *document["datasets"])
    is_other = fit.text and fit.text.casefold() != caption.casefold()
    known_as = (f"also known as {fit.text}",) if is_other else ()
    return str(document["id"]), caption, ", ".join((*known_as, *map(str, lists)))


MAX_LENGTH, MAX_PATHS, MAX_VISITED = 6, 20, 5_000
"""Maximum number of edges of a path, maximum number of paths returned, and nodes after which the
search stops.
"""
HUB_NEIGHBORS = 50
"""Neighbors from which a node on a path is named as a hub."""
_MAX_END_NEIGHBORS, _MAX_PATH_NEIGHBORS = 1_000, 100
"""Maximum number of neighbors of one node that a search of paths reads: of an end of the path, and
of any other node. An end is what somebody asks for, and gangs have hundreds of members. Other nodes
with as many neighbors would make a search slow, and say little.
"""
_MAX_RANKED = 200
"""Maximum number of paths among which the best are chosen."""


@dataclass(frozen=True, slots=True)
class PathQuery:
    """Paths to search.

    - `max_length`: most edges of a path.
    - `types`: types of edge (`EDGE_TYPES`) to follow; empty for all.
    - `years`: first and last year; only relations that can be in force in one of them are followed.
    - `without`: lists whose statements do not count.
    - `revision`: revision of the store; None for the present revision.
    """

    max_length: int = MAX_LENGTH
    types: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    without: frozenset[str] = frozenset()
    revision: int | None = None


def years_between(first: int | None, last: int | None) -> tuple[int, int] | None:
    """Return the years of a query, from the first to the last stated year (None: open)."""
    return (first or 1, last or 9999) if first or last else None


@dataclass(frozen=True, slots=True)
class Paths:
    """Shortest paths between two entities, the best first; each path is a list of the ids of its
    nodes, from one entity to the other. A direct link is followed by the paths of two edges.

    `graph` has the nodes and edges of the paths. `is_complete` is false if limits may have hidden a
    path, or a shorter path. `hubs`: nodes between the ends that have many neighbors, with the
    number of neighbors that were seen; a path over a hub says little.
    """

    graph: Graph
    paths: tuple[tuple[str, ...], ...]
    is_complete: bool
    hubs: Mapping[str, int] = field(default_factory=dict)


def find_paths(
    hub: Hub,
    from_id: str,
    to_id: str,
    viewer: Viewer = STRANGER,
    query: PathQuery | None = None,
) -> Paths:
    """Find the shortest paths between two entities, by any of their ids.

    Raises `UnknownIdError` for an id that the viewer may not know, and `InputError` if the length
    is out of range or the years are reversed.
    """
    start, goal = (PathEnd(text, text, "", same=(text,)) for text in (from_id, to_id))
    return connect_ends(hub, start, goal, viewer, query)


def connect_ends(
    hub: Hub,
    start: PathEnd,
    goal: PathEnd,
    viewer: Viewer = STRANGER,
    query: PathQuery | None = None,
) -> Paths:
    """Find the shortest paths from any entity of one name to any of another name.

    Raises the errors of `find_paths`.
    """
    query = query or PathQuery()
    if not 1 <= query.max_length <= MAX_LENGTH:
        raise InputError(
            f"a path has 1 to {MAX_LENGTH} edges, not {query.max_length}", hint="ask so"
        )
    if query.years and query.years[0] > query.years[1]:
        raise InputError("the last year is before the first", hint="exchange the two years")
    with open_rows(hub, viewer, query.revision) as rows:
        starts, goals = _find_same(rows, start), _find_same(rows, goal)
        return search_paths(rows, starts, goals - starts or goals, query)


def _find_same(rows: VisibleRecords, end: PathEnd) -> set[int]:
    """Return the entities of an end. In the past, some of them may not have been known."""
    numbers = {rows.find_entity(end.id)}
    for entity_id in end.same:
        with suppress(UnknownIdError):
            numbers.add(rows.find_entity(entity_id))
    return numbers


class _Side:
    """Search from the entities of one end. `before` has, for each reached node, the nodes that
    lead to it; `frontier` has the nodes that were reached last.
    """

    def __init__(self, rows: VisibleRecords, starts: Collection[int], query: PathQuery) -> None:
        self._rows, self._query, self._limit = rows, query, _MAX_END_NEIGHBORS
        self.frontier: list[Key] = sorted_keys(rows, starts)
        self.before: dict[Key, set[Key]] = {start: set() for start in self.frontier}

    def advance(self, expansion: Expansion) -> set[Key]:
        """Follow edges from the frontier, and add them to an expansion. Return the nodes that are
        reached for the first time.
        """
        expander = Expander(self._rows, self._query.types, self._limit)
        step = _restrict(expander.expand(self.frontier), self._query)
        expansion.merge(step)
        fresh: dict[Key, set[Key]] = {}
        frontier = set(self.frontier)
        for source, target, _ in step.edges:
            for near, far in ((source, target), (target, source)):
                is_name = isinstance(far, tuple) and far[0] == NAME
                if near in frontier and far not in self.before and not is_name:
                    fresh.setdefault(far, set()).add(near)
        self.before |= fresh
        self.frontier, self._limit = sorted_keys(self._rows, fresh), _MAX_PATH_NEIGHBORS
        return set(fresh)


def search_paths(
    rows: VisibleRecords, starts: Collection[int], goals: Collection[int], query: PathQuery
) -> Paths:
    """Return the shortest paths from one of some entity numbers to one of some others.

    Two that are linked directly also have the paths of two edges, if `query` allows them: two gangs
    that are allies are still connected by the people who belong to both.
    """
    expansion = Expansion()
    sides = [_Side(rows, numbers, query) for numbers in (starts, goals)]
    common: set[Key] = {key for key in starts if key in goals}
    length = 0
    while not common and length < query.max_length and all(side.frontier for side in sides):
        if sum(len(side.before) for side in sides) > MAX_VISITED:
            break
        side, other = sorted(sides, key=lambda row: len(row.frontier))
        common = side.advance(expansion) & set(other.before)
        length += 1
    chains = _join(rows, sides, common)
    if common and length == 1 < query.max_length:
        chains += _join(rows, sides, other.advance(expansion) & set(side.frontier))
    neighbors = _count_neighbors(expansion)
    neighbors |= _count_met(rows, {key for chain in chains for key in chain[1:-1]}, sides, query)
    is_bounded = (
        bool(expansion.cut)
        or len(chains) > MAX_PATHS
        or (not common and all(side.frontier for side in sides) and length < query.max_length)
    )
    chains = _sort_chains(chains, expansion, neighbors)[:MAX_PATHS]
    keys = {key: index for chain in reversed(chains) for index, key in enumerate(chain)}
    graph = build_graph(rows, keys, expansion, is_complete=not is_bounded)
    entity_ids = rows.view.entity_ids([key for key in keys if isinstance(key, int)])
    ids = {key: node_id(key, entity_ids) for key in keys}
    hubs = {
        ids[key]: neighbors[key]
        for chain in chains
        for key in chain[1:-1]
        if neighbors[key] >= HUB_NEIGHBORS
    }
    paths = tuple(tuple(ids[key] for key in chain) for chain in chains)
    return Paths(graph, paths, not is_bounded, hubs)


def _restrict(expansion: Expansion, query: PathQuery) -> Expansion:
    """Return the edges that a query follows, with the statements that count."""
    if not query.years and not query.without:
        return expansion
    edges = {
        edge: kept
        for edge, statements in expansion.edges.items()
        if (kept := {row for row in statements if _counts(row, query)})
    }
    return Expansion(edges, expansion.texts, expansion.cut)


def _counts(statement: EdgeStatement, query: PathQuery) -> bool:
    """Return whether a list and a period count. A period without dates counts as always in
    force.
    """
    if statement.source in query.without:
        return False
    if query.years is None:
        return True
    first, last = first_and_last_day(statement.start)[0], first_and_last_day(statement.end)[1]
    begins_in_time = not first or first <= f"{query.years[1]:04d}-12-31"
    return begins_in_time and (not last or last >= f"{query.years[0]:04d}-01-01")


def _join(rows: VisibleRecords, sides: list[_Side], common: set[Key]) -> list[list[Key]]:
    """Return at most `_MAX_RANKED` paths through the common nodes, as `sorted_keys` orders them."""
    chains: list[list[Key]] = []
    for middle in sorted_keys(rows, common):
        heads, tails = (_chains(rows, side, middle) for side in sides)
        for head in heads:
            for tail in tails:
                chains.append([*reversed(head), *tail[1:]])
                if len(chains) == _MAX_RANKED:
                    return chains
    return chains


def _chains(rows: VisibleRecords, side: _Side, node: Key) -> list[list[Key]]:
    """Return at most `_MAX_RANKED` chains from a node back to the start of a side."""
    chains: list[list[Key]] = [[node]]
    while side.before[chains[0][-1]]:
        longer = [
            [*chain, before]
            for chain in chains
            for before in sorted_keys(rows, side.before[chain[-1]])
        ]
        chains = longer[:_MAX_RANKED]
    return chains


def _count_neighbors(expansion: Expansion) -> dict[Key, int]:
    """Return the number of neighbors of each node; only neighbors that the search saw are
    counted.
    """
    near: dict[Key, set[Key]] = {}
    for source, target, _ in expansion.edges:
        near.setdefault(source, set()).add(target)
        near.setdefault(target, set()).add(source)
    return {key: len(others) for key, others in near.items()}


def _count_met(
    rows: VisibleRecords, inner: set[Key], sides: Sequence[_Side], query: PathQuery
) -> dict[Key, int]:
    """Return the number of neighbors of the inner nodes of paths at which the two sides met.

    The search did not read the neighbors of these nodes, so it saw only those that are on a path.
    """
    met = {
        key for key in inner if isinstance(key, int) and all(key in side.before for side in sides)
    }
    expander = Expander(rows, query.types, _MAX_PATH_NEIGHBORS)
    counts = _count_neighbors(_restrict(expander.expand(met), query))
    return {key: counts[key] for key in met & set(counts)}


def _sort_chains(
    chains: Iterable[list[Key]], expansion: Expansion, neighbors: Mapping[Key, int]
) -> list[list[Key]]:
    """Sort paths: short ones, then few neighbors of the nodes between the ends, and many lists.

    The last two count by their logarithms. Equal paths stay in the order in which they were found.
    """
    lists: dict[frozenset[Key], set[str]] = {}
    for (source, target, _), statements in expansion.edges.items():
        lists.setdefault(frozenset((source, target)), set()).update(
            row.source for row in statements
        )

    def commonness(chain: Sequence[Key]) -> float:
        """Return how little a path says, by the neighbors of its nodes and the lists that state its
        edges; a larger number means less evidence.
        """
        seen = sum(math.log(neighbors[key]) for key in chain[1:-1])
        return round(
            seen - sum(math.log(len(lists[frozenset(ends)])) for ends in pairwise(chain)), 6
        )

    return sorted(chains, key=lambda chain: (len(chain), commonness(chain)))


def paths_document(result: Paths, start: PathEnd, goal: PathEnd) -> dict[str, Any]:
    """Return paths as JSON, with the entities that the two given ends meant."""
    return {
        **graph_document(result.graph),
        "from": _end_document(start),
        "to": _end_document(goal),
        "paths": [list(path) for path in result.paths],
        "hubs": dict(result.hubs),
        "complete": result.is_complete,
        "version": result.graph.revision,
    }


def _end_document(end: PathEnd) -> dict[str, Any]:
    others = [{"id": entity_id, "caption": caption} for entity_id, caption, _ in end.others]
    return {"asked": end.asked, "id": end.id, "caption": end.caption, "others": others}
