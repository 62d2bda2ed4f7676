"""Types and properties, as the protocol names them: FollowTheMoney's schemata and their properties."""

from __future__ import annotations

from typing import Any

from resolver.ingest.formats.ftm.ftm_schema import Described, described

TYPES = ("Person", "Organization", "Company", "LegalEntity", "Vessel", "Airplane")


def type_of(schema: str) -> dict[str, Any]:
    """A type, with those that are broader."""
    known = described(schema)
    said: dict[str, Any] = {"id": schema, "name": known.label if known else schema}
    broader = [
        {"id": one.name, "name": one.label}
        for one in map(described, known.broader if known else ())
        if one
    ]
    return {**said, "broader": broader} if broader else said


def properties_of(schema: str) -> list[dict[str, str]]:
    """The properties that can be asked of a type, those that tell most first."""
    known = described(schema)
    return (
        [] if known is None else [{"id": name, "name": label} for name, label in known.properties]
    )


def suggested_types(prefix: str) -> list[dict[str, str]]:
    """The types whose name begins with, or holds a word that begins with, a prefix."""
    return [
        {"id": one.name, "name": one.label}
        for one in _schemata()
        if _begins(prefix, one.name, one.label)
    ]


def suggested_properties(prefix: str) -> list[dict[str, str]]:
    """The properties of any type that begin with a prefix."""
    found: dict[str, dict[str, str]] = {}
    for one in _schemata():
        for name, label in one.properties:
            if name not in found and _begins(prefix, name, label):
                found[name] = {"id": name, "name": label, "description": f"of {one.label}"}
    return list(found.values())


def _schemata() -> list[Described]:
    return [known for known in map(described, TYPES) if known is not None]


def _begins(prefix: str, name: str, label: str) -> bool:
    sought = " ".join(prefix.split()).casefold()
    return any(
        text.startswith(sought) or f" {sought}" in text
        for text in (name.casefold(), label.casefold())
    )
