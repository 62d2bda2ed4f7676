"""What a reader gathers about one record while it reads its row; at the end a `Record`."""

from __future__ import annotations

from resolver.records import (
    Activity,
    Address,
    Identifier,
    Kind,
    Record,
    Relation,
    Value,
    kind_of_schema,
)

Fact = Value | Identifier | Address | Relation


class Draft:
    """A record in the making. What is empty or said before is not added; the order of saying is kept."""

    __slots__ = ("_facts", "_seen", "activities", "id", "schema", "source")

    def __init__(self, source: str, native_id: str, schema: str) -> None:
        self.source = source
        self.id = f"{source}:{native_id}"
        self.schema = schema
        self.activities: tuple[Activity, ...] = ()
        self._facts: tuple[list[Value], list[Identifier], list[Address], list[Relation]] = (
            [],
            [],
            [],
            [],
        )
        self._seen: set[tuple[str, str] | Fact] = set()

    def say(self, prop: str, text: str, origin: str = "") -> None:
        """Add a value of a property; white space is tidied."""
        text = " ".join(text.split())
        if text and (prop, text) not in self._seen:
            self._seen.add((prop, text))
            self._facts[0].append(Value(prop, text, origin))

    def add(self, fact: Fact) -> None:
        """Add a finished value, identifier, address or relation."""
        if isinstance(fact, Value):
            self.say(fact.prop, fact.text, fact.origin)
        elif fact not in self._seen:
            self._seen.add(fact)
            if isinstance(fact, Identifier):
                self._facts[1].append(fact)
            elif isinstance(fact, Address):
                self._facts[2].append(fact)
            else:
                self._facts[3].append(fact)

    def note(self, text: str, origin: str = "") -> None:
        """Keep what has no property of its own."""
        self.say("notes", text, origin)

    @property
    def values(self) -> list[Value]:
        """The values added so far."""
        return self._facts[0]

    @property
    def identifiers(self) -> list[Identifier]:
        """The identifiers added so far."""
        return self._facts[1]

    def record(self) -> Record:
        """The record as far as it was gathered."""
        values, identifiers, addresses, relations = self._facts
        return Record(
            self.id,
            self.source,
            kind_of_schema(self.schema) or Kind.LEGAL,
            self.schema,
            tuple(values),
            tuple(identifiers),
            tuple(addresses),
            tuple(relations),
            activities=self.activities,
        )
