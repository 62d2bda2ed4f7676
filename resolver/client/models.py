"""What the service answers, as frozen objects. Members that this version does not know are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

Json = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entity:
    """An FtM entity. Values of `properties` are texts, and entities (as JSON) where relations are nested; `datasets`
    are the lists that know it, `referents` the ids of its records."""

    id: str
    caption: str
    schema: str
    properties: Mapping[str, list[Any]]
    datasets: tuple[str, ...] = ()
    referents: tuple[str, ...] = ()

    def first(self, prop: str) -> str:
        """The best supported value of a property, or an empty text."""
        return next(
            (str(value) for value in self.properties.get(prop, ()) if not isinstance(value, dict)),
            "",
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one feature saw and adds to the log-odds (`weight`); `query` and `candidate`: the values compared."""

    score: float
    weight: float
    detail: str
    query: str | None = None
    candidate: str | None = None


@dataclass(frozen=True, slots=True)
class Found(Entity):
    """An entity that a query may mean: the probability that it is, and why."""

    score: float = 0.0
    match: bool = False
    explanations: Mapping[str, Evidence] | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """Who a query may mean, best first. `total`: how many there are, `complete`: whether that is all; `warnings`: what
    was left out of the query; the version of the data and the model."""

    results: tuple[Found, ...]
    total: int
    complete: bool
    warnings: tuple[str, ...]
    version: int
    model: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Entities that a search found. `facets`: facet → value → how many."""

    results: tuple[Found, ...]
    total: int
    complete: bool
    facets: Mapping[str, Mapping[str, int]]
    version: int


@dataclass(frozen=True, slots=True)
class Adjacent:
    """What an entity is related to by one property, and how much of that there is."""

    results: tuple[Entity, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Job:
    """A submitted batch. `state`: queued, running, done, failed or cancelled; `result`: the counts once it is done."""

    id: str
    state: str
    label: str
    agency: str
    created: str
    started: str | None
    finished: str | None
    stage: str
    done: int
    total: int | None
    percent: float | None
    attempts: int
    dry_run: bool
    result: Json | None
    error: str | None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it by itself; one that is `held` waits until somebody accepts it."""
        return self.state in ("done", "failed", "cancelled", "held")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The id of a record that was taken back, and the version with which that landed."""

    record: str
    version: int


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a record went: its id, its entity, the version it landed with, and what was left out of it."""

    record: str
    entity: str
    version: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A list, or `default`, which is everything."""

    name: str
    title: str
    version: str
    records: int
    publisher: str | None = None
    updated_at: str | None = None
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an entity, at which version; `other`: the other entity that had to do with it."""

    version: int
    at: str
    kind: str
    entity: str
    other: str


@dataclass(frozen=True, slots=True)
class Changes:
    """A piece of the feed; ask again from `until` on, with the same `skip`. `more`: whether there is more by now."""

    version: int
    until: int
    changes: tuple[Change, ...]
    skip: int = 0
    more: bool = False


def made(kind: type[T], said: Json) -> T:
    """An answer of a kind, out of its JSON: lists of texts become tuples."""
    known = {one.name: said[one.name] for one in fields(kind) if one.name in said}  # type: ignore[arg-type]
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in known.items()
        }
    )


def found(said: Json) -> Found:
    """A result of a check or a search."""
    explained = said.get("explanations")
    evidence = (
        None
        if explained is None
        else {name: made(Evidence, one) for name, one in explained.items()}
    )
    return made(Found, {**said, "explanations": evidence})


def matches(said: Json, stand: Json) -> Matches:
    """The answer to one query; `stand`: what tells the version and the model."""
    return Matches(
        tuple(map(found, said["results"])),
        said["total"]["value"],
        said["total"]["relation"] == "eq",
        tuple(said.get("warnings", ())),
        stand["version"],
        stand["model"],
    )


def search_page(said: Json) -> SearchPage:
    """A page of a search."""
    facets = {
        name: {value["name"]: value["count"] for value in facet["values"]}
        for name, facet in said["facets"].items()
    }
    total = said["total"]
    return SearchPage(
        tuple(map(found, said["results"])),
        total["value"],
        total["relation"] == "eq",
        facets,
        said["version"],
    )


def adjacent(said: Json) -> Adjacent:
    """What an entity is related to by one property."""
    return Adjacent(tuple(made(Entity, one) for one in said["results"]), said["total"]["value"])


def changes(said: Json) -> Changes:
    """A piece of the feed."""
    told = tuple(made(Change, one) for one in said["changes"])
    return Changes(
        said["version"], said["until"], told, said.get("skip", 0), said.get("more", False)
    )
