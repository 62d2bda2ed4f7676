"""Text fields of all endpoints, read from the OpenAPI document, requests that fill one, and texts
of kinds that once cost minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from tests.api.sample_requests import ROWS, SAMPLES, document_path

Json = Any
Path = tuple[str | int, ...]
KEY = -1
"""Step of a path that stands for a key of an object, where any is allowed."""
DEFAULT_BOUND = 2_000
"""Characters of a text for which the document states no bound."""
KINDS = {
    "ligatures": "\ufdfa",
    "kanji": "漢字",
    "arabic": "محمد ",
    "latin words": "abc ",
    "one latin word": "a",
    "combining marks": "e\u0301",
    "hangul": "한글",
    "thai": "กขค",
}
_DEPTH = 8
"""Levels of a schema that are searched; schemas of entities may hold one another."""
_EXAMPLE = {"$ref": "#/components/schemas/Example"}
"""Schema of a line of the bodies that are lines of JSON."""
_ROW_OF = {(row.method, document_path(row)): row.name for row in ROWS}


@dataclass(frozen=True, slots=True)
class TextField:
    """Place for a text in a request: a parameter, or a path in a body of a media type.

    `bound` is the number of characters that the document allows.
    """

    method: str
    path: str
    place: str
    name: str
    bound: int
    media: str = ""
    at: Path = ()

    def __str__(self) -> str:
        at = ".".join("*" if step == KEY else str(step) for step in self.at)
        return f"{self.method} {self.path} {self.place} {self.name}{at} {self.media}".rstrip()


def text_of(kind: str, length: int) -> str:
    """Return a text of a kind with a number of characters."""
    letters = KINDS[kind]
    return (letters * (length // len(letters) + 1))[:length]


def find_text_fields(document: Json) -> list[TextField]:
    """Return the text fields of all operations of an OpenAPI document, each once."""
    fields: list[TextField] = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            for row in operation.get("parameters", ()):
                fields += _parameter_fields(document, method.upper(), path, row)
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                fields += _body_fields(document, method.upper(), path, media, content["schema"])
    # many schemas of entities have the same properties
    return list({str(field): field for field in fields}.values())


def _parameter_fields(
    document: Json, method: str, path: str, row: Mapping[str, Any]
) -> Iterator[TextField]:
    for media, content in row.get("content", {}).items():
        for at, bound in _texts(document, content["schema"]):
            yield TextField(method, path, row["in"], row["name"], bound, media, at)
    if "schema" in row:
        bounds = [bound for _, bound in _texts(document, row["schema"])]
        # an element of a list stands for the whole
        if bounds:
            yield TextField(method, path, row["in"], row["name"], max(bounds))


def _body_fields(
    document: Json, method: str, path: str, media: str, schema: Json
) -> Iterator[TextField]:
    if "ndjson" in media:
        schema = _EXAMPLE
    for at, bound in _texts(document, schema):
        yield TextField(method, path, "body", "", bound, media, at)


def _resolve(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _texts(document: Json, schema: Json, depth: int = 0) -> Iterator[tuple[Path, int]]:
    """Iterate over the paths of texts below a schema, with their bounds."""
    schema = _resolve(document, schema)
    if depth > _DEPTH:
        return
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _texts(document, part, depth + 1)
    types = schema.get("type", ())
    if "string" in ([types] if isinstance(types, str) else types) or "enum" in schema:
        if "contentSchema" in schema:
            for at, bound in _texts(document, schema["contentSchema"], depth + 1):
                yield ("json", *at), bound
        elif schema.get("format") != "binary":
            yield (), int(schema.get("maxLength", DEFAULT_BOUND))
    for name, part in schema.get("properties", {}).items():
        for at, bound in _texts(document, part, depth + 1):
            yield (name, *at), bound
    if isinstance(schema.get("additionalProperties"), dict):
        yield (KEY,), DEFAULT_BOUND
        for at, bound in _texts(document, schema["additionalProperties"], depth + 1):
            yield ("q", *at), bound
    if isinstance(schema.get("items"), dict):
        for at, bound in _texts(document, schema["items"], depth + 1):
            yield (0, *at), bound


def fill(document: Json, schema: Json, at: Path, text: str) -> Json:
    """Return a value of a schema with a text at a path, and whatever else is required.

    Raises `LookupError` where the schema has no such path.
    """
    schema = _resolve(document, schema)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        try:
            return fill(document, part, at, text)
        except LookupError:
            continue
    if not at:
        types = schema.get("type", ())
        if "enum" in schema or "string" in ([types] if isinstance(types, str) else types):
            return text
        raise LookupError(at)
    step, rest = at[0], at[1:]
    if step == "json" and "contentSchema" in schema:
        return json.dumps(fill(document, schema["contentSchema"], rest, text))
    if step == KEY and isinstance(schema.get("additionalProperties"), dict):
        return {text: sample(document, schema["additionalProperties"])}
    if step == 0 and isinstance(schema.get("items"), dict):
        return [fill(document, schema["items"], rest, text)]
    if step in schema.get("properties", {}):
        value = fill(document, schema["properties"][step], rest, text)
        return {**sample(document, schema), str(step): value}
    if step == "q" and isinstance(schema.get("additionalProperties"), dict):
        return {"q": fill(document, schema["additionalProperties"], rest, text)}
    raise LookupError(at)


def sample(document: Json, schema: Json) -> Json:
    """Return a short value of a schema: what is required, and a name where there may be one."""
    schema = _resolve(document, schema)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if "type" in part or "$ref" in part or "enum" in part:
            return sample(document, part)
    if "const" in schema or "enum" in schema:
        return schema.get("const", *schema.get("enum", [None])[:1])
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        parts = schema.get("properties", {})
        names = [*schema.get("required", ()), *({"name"} & set(parts))]
        return {name: sample(document, parts[name]) for name in names if name in parts}
    values = {"array": [], "integer": schema.get("minimum", 1), "number": 0.5, "boolean": False}
    if kind == "array" and schema.get("minItems"):
        return [sample(document, schema["items"])]
    return values.get(kind, "Ann Lee")


def request_of(document: Json, field: TextField, text: str) -> dict[str, Any]:
    """Return the arguments of a request of Flask's test client that has a text in a field."""
    operation = document["paths"][field.path][field.method.lower()]
    rows = [row for row in operation.get("parameters", ()) if "schema" in row]
    names = {row["name"] for row in rows if row["in"] == "path"}
    path = field.path
    for name in names:
        is_filled = (field.place, field.name) == ("path", name)
        path = path.replace("{" + name + "}", text if is_filled else SAMPLES.path[name])
    query = {
        row["name"]: SAMPLES.query[row["name"]]
        for row in operation.get("parameters", ())
        if row["in"] == "query" and row.get("required")
    }
    arguments: dict[str, Any] = {"path": path, "method": field.method, "query_string": query}
    if field.place == "query":
        row = next(row for row in operation["parameters"] if row["name"] == field.name)
        if field.at or "schema" not in row:
            schema = next(iter(row["content"].values()))["schema"]
            text = json.dumps(fill(document, schema, field.at, text))
        query[field.name] = text
    if field.place == "header":
        # headers hold no more than Latin-1
        arguments["headers"] = {field.name: text.encode().decode("latin-1")}
    if field.place == "body":
        arguments |= _body(document, field, text)
    elif "requestBody" in operation:
        arguments |= SAMPLES.bodies[_ROW_OF[field.method, field.path]]
    return arguments


def _body(document: Json, field: TextField, text: str) -> dict[str, Any]:
    content = document["paths"][field.path][field.method.lower()]["requestBody"]["content"]
    schema = content[field.media]["schema"]
    if "ndjson" in field.media:
        schema = _EXAMPLE
    value = fill(document, schema, field.at, text)
    if field.media == "multipart/form-data":
        return {"data": {**value, "file": (BytesIO(b"id,name\n1,Ann Lee\n"), "list.csv")}}
    if field.media == "application/x-www-form-urlencoded":
        return {"data": value}
    return {"data": json.dumps(value).encode(), "content_type": field.media}
