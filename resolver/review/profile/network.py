"""Network around an entity: all its relations in a list, and the nearest entities to draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resolver.hub.hub import Hub
from resolver.records.labels import display_text
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.entity_sides import load_sides
from resolver.review.profile.relations import RelationEdge, RelationReader
from resolver.review.restrictions import find_entity
from resolver.store import StoreView

MAX_RELATED = 2_000
"""Records that an entity names, and records that name it, of each at most."""
MAX_NEAREST = 24
"""Entities and names that a network shows around the middle at most."""
_MAX_BEYOND, _MAX_BEYOND_EACH = 20, 3
_MAX_RELATED_OF_NEAREST = 300
_MAX_GOLDEN_RECORDS = 50
"""Records up to which the caption of a related entity is that of its golden record."""


@dataclass(frozen=True, slots=True)
class RelatedParty:
    """Other end of one kind of relation of an entity, with what all lists state of it.

    `id` is empty where the viewer knows the other end by name only.
    """

    words: str
    id: str
    caption: str
    kind: str
    roles: tuple[str, ...]
    dates: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """Entity, or mere name (empty `id`), around the one in the middle.

    `parent` is the place in the network of the node that leads to it, -1 for the middle; `words`
    say how the parent relates to it.
    """

    id: str
    caption: str
    kind: str
    parent: int
    words: str


@dataclass(frozen=True, slots=True)
class RelationNetwork:
    """Relations of an entity.

    `parties` are all, by words and caption, and `related` counts different ones. `nodes` are to be
    drawn: the middle, the nearest, those beyond. `ties` are further relations between nodes, as
    two places and words.
    """

    parties: tuple[RelatedParty, ...] = ()
    related: int = 0
    nodes: tuple[NetworkNode, ...] = ()
    ties: tuple[tuple[int, int, str], ...] = ()


def load_network(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> RelationNetwork:
    """Load the relations of an entity. Raises `UnknownIdError` for an id that the viewer may not
    know.
    """
    with hub.indexed_view() as (_, index):
        # relations are read outside the lock, so that no check waits for them
        segments = index.segments
    with hub.store.view() as view:
        entity = find_entity(view, entity_id, viewer)
        reader = RelationReader(view, segments, viewer)
        edges = reader.read([entity.number], MAX_RELATED) if entity.records else []
        if not edges:
            return RelationNetwork()
        ranked = _rank(edges)
        nearest = ranked[:MAX_NEAREST]
        numbers = sorted({edge.other for edge in nearest} - {0})
        beyond = reader.read(numbers, _MAX_RELATED_OF_NEAREST)
        names = _Names(view, [*edges, *beyond], viewer)
        nodes, ties = _draw(entity.number, nearest, beyond, names)
        return RelationNetwork(_group(edges, names), len(ranked), nodes, ties)


class _Names:
    """Ids, captions and kinds of the entities at the ends of some relations."""

    def __init__(self, view: StoreView, edges: Sequence[RelationEdge], viewer: Viewer) -> None:
        numbers = sorted({edge.other for edge in edges} - {0})
        sizes = Counter(view.members(numbers)[1].tolist())
        small = [number for number in numbers if sizes[number] <= _MAX_GOLDEN_RECORDS]
        self._ids = view.entity_ids(numbers)
        self._captions = {
            number: side.golden.caption for number, side in load_sides(view, small, viewer).items()
        }

    def of(self, edge: RelationEdge) -> tuple[str, str, str]:
        """Return id, caption and kind of the other end of a relation."""
        caption = self._captions.get(edge.other, edge.caption)
        return self._ids.get(edge.other, ""), caption, edge.kind


def _end(edge: RelationEdge) -> tuple[int, str]:
    """Return what tells the other end of a relation from that of others."""
    return edge.other, "" if edge.other else edge.caption


def _rank(edges: Iterable[RelationEdge]) -> list[RelationEdge]:
    """Return a relation for each other end: the ends that most lists state first, mere names
    last.
    """
    first: dict[tuple[int, str], RelationEdge] = {}
    sources: dict[tuple[int, str], set[str]] = {}
    for edge in sorted(edges, key=lambda row: (row.words, row.caption, row.source)):
        first.setdefault(_end(edge), edge)
        sources.setdefault(_end(edge), set()).add(edge.source)
    return sorted(
        first.values(),
        key=lambda row: (not row.other, -len(sources[_end(row)]), row.caption, row.words),
    )


def _group(edges: Iterable[RelationEdge], names: _Names) -> tuple[RelatedParty, ...]:
    """Unite the relations of one kind to one other end."""
    groups: dict[tuple[str, int, str], list[RelationEdge]] = {}
    for edge in edges:
        groups.setdefault((edge.words, *_end(edge)), []).append(edge)
    parties = [
        RelatedParty(
            rows[0].words,
            *names.of(rows[0]),
            _distinct(row.relation.role for row in rows),
            _distinct(_dates(row) for row in rows),
            _distinct(row.source for row in rows),
        )
        for rows in groups.values()
    ]
    return tuple(sorted(parties, key=lambda row: (row.words, row.caption.casefold(), row.id)))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))


def _dates(edge: RelationEdge) -> str:
    start, end = (display_text("birthDate", text) for text in _span(edge))
    return f"{start} – {end}" if start or end else ""


def _span(edge: RelationEdge) -> tuple[str, str]:
    return edge.relation.start, edge.relation.end


def _draw(
    middle: int,
    nearest: Sequence[RelationEdge],
    beyond: Sequence[RelationEdge],
    names: _Names,
) -> tuple[tuple[NetworkNode, ...], tuple[tuple[int, int, str], ...]]:
    """Place the middle, the nearest and some of those beyond in a network, and tie them."""
    nodes = [NetworkNode("", "", "", -1, "")]
    nodes += [NetworkNode(*names.of(edge), 0, edge.words) for edge in nearest]
    place_of = {middle: 0}
    place_of |= {edge.other: place for place, edge in enumerate(nearest, 1) if edge.other}
    ties: dict[frozenset[int], tuple[int, int, str]] = {}
    added: Counter[int] = Counter()
    for edge in _rank_beyond(beyond, names):
        own, other = place_of[edge.own], place_of.get(edge.other)
        if other is not None:
            if 0 not in (own, other) and nodes[other].parent != own:
                ties.setdefault(frozenset((own, other)), (own, other, edge.words))
        elif edge.other and added[own] < _MAX_BEYOND_EACH and added.total() < _MAX_BEYOND:
            added[own] += 1
            place_of[edge.other] = len(nodes)
            nodes.append(NetworkNode(*names.of(edge), own, edge.words))
    return tuple(nodes), tuple(ties.values())


def _rank_beyond(edges: Iterable[RelationEdge], names: _Names) -> list[RelationEdge]:
    return sorted(edges, key=lambda row: (names.of(row)[1], names.of(row)[0], row.words))
