"""Types and properties of the protocol: FollowTheMoney's schemata and their properties."""

from __future__ import annotations

from typing import Any

from resolver.ingest.formats.ftm.ftm_schema import SchemaDescription, describe_schema

TYPES = ("Person", "Organization", "Company", "LegalEntity", "Vessel", "Airplane")
"""Schemata that the protocol offers as types."""


def describe_type(schema: str) -> dict[str, Any]:
    """Return a type as the protocol names it, with the broader types."""
    description = describe_schema(schema)
    type_row = {"id": schema, "name": description.label if description else schema}
    broader = [
        {"id": parent.name, "name": parent.label}
        for parent in map(describe_schema, description.broader if description else ())
        if parent
    ]
    return {**type_row, "broader": broader} if broader else type_row


def list_properties(schema: str) -> list[dict[str, str]]:
    """Return the properties of a type, the most telling first."""
    description = describe_schema(schema)
    if description is None:
        return []
    return [{"id": name, "name": label} for name, label in description.properties]


def suggest_types(prefix: str) -> list[dict[str, str]]:
    """Return the types with a word in their name that begins with a prefix."""
    return [
        {"id": schema.name, "name": schema.label}
        for schema in _described_types()
        if _has_word_with(prefix, schema.name, schema.label)
    ]


def suggest_properties(prefix: str) -> list[dict[str, str]]:
    """Return the properties of any type with a word in their name that begins with a prefix."""
    properties: dict[str, dict[str, str]] = {}
    for schema in _described_types():
        for name, label in schema.properties:
            if name not in properties and _has_word_with(prefix, name, label):
                properties[name] = {
                    "id": name,
                    "name": label,
                    "description": f"of {schema.label}",
                }
    return list(properties.values())


def _described_types() -> list[SchemaDescription]:
    return [schema for schema in map(describe_schema, TYPES) if schema is not None]


def _has_word_with(prefix: str, name: str, label: str) -> bool:
    folded = " ".join(prefix.split()).casefold()
    return any(
        text.startswith(folded) or f" {folded}" in text
        for text in (name.casefold(), label.casefold())
    )
