"""Slow, obvious model of a store in plain Python, for random tests.

It knows the records that are present, what was decided, and which entities there were at each
revision. The people are so different that the evidence never decides in between: two records of
one person are one entity, two records of different people are two, unless a steward says otherwise.
Two records of `VAGUE` wait for a steward. Some records are hidden: strangers see a store as if
these did not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from resolver.records import Handling, Identifier, Record
from tests.records.samples import record

SOURCES = ("gate", "port", "quay")
PEOPLE = (
    ("Ana Huanca", "1962-02-11", "A4419207"),
    ("Boris Zelenko", "1944-07-01", "RU5510032"),
    ("Lucia Ferreira", "1971-10-10", "PT8830114"),
    ("Chen Wei", "1988-03-03", "E20071165"),
    ("Ngozi Adeyemi", "", ""),
)
VAGUE = len(PEOPLE) - 1
"""Person of whom only the name is known."""
Pair = tuple[str, str]
Entities = Mapping[str, frozenset[str]]
"""Id of each entity → the ids of its records."""
SECRET = Handling("River", "H3")


@dataclass(frozen=True)
class Version:
    """What a record says: about whom, and an edition that changes nothing material."""

    person: int
    edition: int = 0
    is_hidden: bool = False

    def record(self, record_id: str) -> Record:
        """Return the record."""
        name, birth, passport = PEOPLE[self.person]
        identifiers = [Identifier("passportNumber", passport)] if passport else []
        notes, dates = f"edition {self.edition}", [birth] if birth else []
        row = record(record_id, identifiers=identifiers, name=name, notes=notes, birthDate=dates)
        return replace(row, handling=SECRET) if self.is_hidden else row

    def is_stated_by(self, stored: Record) -> bool:
        """Return whether a record of a store says this, however it was read."""
        texts = {
            prop: [value.text for value in stored.values if value.prop == prop]
            for prop in ("name", "birthDate", "notes")
        }
        numbers = [item.number for item in stored.identifiers]
        name, birth, passport = PEOPLE[self.person]
        return (
            texts["name"] == [name]
            and texts["birthDate"] == [birth][: bool(birth)]
            and texts["notes"][0].removeprefix("NOTES: ") == f"edition {self.edition}"
            and numbers == [passport][: bool(passport)]
            and (stored.handling.code == SECRET.code) == self.is_hidden
        )


@dataclass
class Act:
    """Decisions that were taken together: a verdict on each pair of records, by one steward.

    `saw` is the version of each end (None: the record had none yet), `undoes` the act that this
    one takes back. An act that takes two stewards counts once `second` is named. `ties` are the
    pairs that nobody decided: they only keep together what the act made one entity.
    """

    ids: tuple[str, ...]
    verdicts: dict[Pair, str]
    who: str
    takes_two: bool = False
    second: str = ""
    saw: dict[Pair, list[int | None]] = field(default_factory=dict)
    undoes: Act | None = None
    ties: set[Pair] = field(default_factory=set)

    @property
    def counts(self) -> bool:
        """Return whether the act is in effect, if nothing takes it back."""
        return not self.takes_two or bool(self.second)


@dataclass
class StoreModel:
    """Records that a store has, and what was decided."""

    records: dict[str, Version] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)

    def visible(self) -> StoreModel:
        """Return the model of the store that strangers see."""
        shown = {name: version for name, version in self.records.items() if not version.is_hidden}
        return replace(self, records=shown)

    def active_acts(self) -> list[Act]:
        """Return the acts that are in effect and not taken back, in the order of the log."""
        return [act for act in self._acts_in_effect() if act.undoes is None]

    def _acts_in_effect(self) -> list[Act]:
        """Return the acts that are in effect and not taken back, undos included."""
        undone: set[int] = set()
        active = []
        # an undo is later than what it takes back, so each later act is settled first
        for act in reversed(self.acts):
            if id(act) not in undone and act.counts:
                active.append(act)
                if act.undoes is not None:
                    undone.add(id(act.undoes))
        return active[::-1]

    def stands(self, act: Act) -> bool:
        """Return whether an act is in effect and not taken back."""
        return any(other is act for other in self._acts_in_effect())

    def verdicts(self) -> dict[Pair, tuple[str, Act]]:
        """Return the verdict in effect on each pair, with the act that gave it."""
        latest: dict[Pair, tuple[str, Act]] = {}
        for act in self.active_acts():
            for pair, verdict in act.verdicts.items():
                latest[pair] = (verdict, act)
        return {pair: row for pair, row in latest.items() if row[0] != "unsure"}

    def is_reopened(self, pair: Pair, act: Act) -> bool:
        """Return whether a record of the pair is about somebody else than when it was decided."""
        return any(
            saw is not None and end in self.records and self.records[end].person != saw
            for end, saw in zip(pair, act.saw[pair], strict=True)
        )

    def bonds(self) -> set[Pair]:
        """Return the pairs of present records that a decision holds together."""
        return {
            pair
            for pair, (verdict, act) in self.verdicts().items()
            if verdict in ("same", "red")
            and set(pair) <= self.records.keys()
            and not self.is_reopened(pair, act)
        }

    def barriers(self) -> set[Pair]:
        """Return the pairs of present records that a decision keeps apart."""
        return {
            pair
            for pair, (verdict, _) in self.verdicts().items()
            if verdict == "different" and set(pair) <= self.records.keys()
        }

    def evidence(self) -> set[Pair]:
        """Return the pairs of records that evidence joins and no decision parts."""
        people: dict[int, list[str]] = {}
        for record_id, version in sorted(self.records.items()):
            people.setdefault(version.person, []).append(record_id)
        return {
            pair
            for person, ids in people.items()
            if person != VAGUE
            for pair in combinations(ids, 2)
        } - self.barriers()

    def clusters(self) -> list[frozenset[str]]:
        """Return the records that bonds and evidence connect."""
        return connected(self.records, self.bonds() | self.evidence())

    def find_faults(self, entities: Entities) -> Iterator[str]:
        """Yield what is wrong with the entities of the store, in a sentence each."""
        home = {member: name for name, members in entities.items() for member in members}
        if home.keys() != self.records.keys():
            yield f"records {sorted(home)} instead of {sorted(self.records)}"
            return
        if sum(map(len, entities.values())) != len(home):
            yield "a record is in two entities"
        barriers, visible = self.barriers(), self.visible()
        for left, right in sorted(barriers):
            if home[left] == home[right]:
                yield f"{left} and {right} were decided to be different, and are one"
        for cluster in self.clusters():
            names = {home[member] for member in cluster}
            # what is one entity for strangers does not depend on hidden records, so that a hidden
            # record stays with one of the entities that it would connect
            seen = [group for group in visible.clusters() if not group.isdisjoint(cluster)]
            bonds = {pair for pair in self.bonds() if cluster.issuperset(pair)}
            for left, right in sorted(bonds if len(seen) < 2 else bonds & visible.bonds()):
                if home[left] != home[right]:
                    yield f"{left} and {right} were decided to be the same, and are two"
            # where decisions part records that others connect, it is the store's choice
            is_plain = not any(cluster.issuperset(pair) for pair in barriers)
            if is_plain and len(seen) < 2 and len(names) > 1:
                yield f"{sorted(cluster)} are {len(names)} entities"
        of_cluster = {member: number for number, c in enumerate(self.clusters()) for member in c}
        for name, members in entities.items():
            if len({of_cluster[member] for member in members}) > 1:
                yield f"{name} has {sorted(members)}, which nothing joins"

    def waiting(self, entities: Entities) -> set[frozenset[str]]:
        """Return the pairs of entities that must be in the queue: vague ones, undecided."""
        vague = [i for i in sorted(self.records) if self.records[i].person == VAGUE]
        home = {member: name for name, members in entities.items() for member in members}
        decided = self.verdicts().keys() | {
            pair for act in self.acts if not act.counts for pair in act.verdicts
        }
        return {
            frozenset((home[left], home[right]))
            for left, right in combinations(vague, 2)
            if home[left] != home[right]
            and len(entities[home[left]]) == len(entities[home[right]]) == 1
            and (left, right) not in decided
        }


def connected(names: Iterable[str], pairs: Iterable[Pair]) -> list[frozenset[str]]:
    """Return the connected components of names, by their smallest name."""
    groups = {name: {name} for name in names}
    for left, right in pairs:
        if groups[left] is not groups[right]:
            groups[left] |= groups[right]
            for member in groups[right]:
                groups[member] = groups[left]
    distinct = {id(group): frozenset(group) for group in groups.values()}
    return sorted(distinct.values(), key=min)


def find_id_faults(before: Entities, after: Entities, present: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the ids of entities after a commit, in a sentence each."""
    for name, members in before.items():
        still = members & set(present)
        if name in after and still and not still & after[name]:
            yield f"{name} was {sorted(members)} and is {sorted(after[name])} now"
    names = {members: name for name, members in before.items()}
    for name, members in after.items():
        if names.get(members, name) != name:
            yield f"{sorted(members)} was {names[members]} and is {name} now"
