"""Registry of HTTP endpoints: a route declares its access, parameters, body and responses.

To add an endpoint, write one function with one decorator in a module of `api/routes`:

    @endpoint(
        blueprint,
        "GET",
        "/entities/<path:entity_id>",
        Access(Scope.CHECK, Disclosure.VALUES),
        parameters=[query_parameter("nested", BOOLEAN)],
        responses={200: json_response_of(ENTITY_VIEW), **errors(404, 410)},
    )
    def entity(entity_id: str) -> Response:
        \"\"\"Return an entity as FollowTheMoney. …\"\"\"

Its docstring is its description in `/openapi.json`. Access control (`api/access.py`), caching
headers, the names of the known query parameters, the OpenAPI document and the contract tests
(`tests/api/test_contracts.py`) read the registry, so nothing else has to be edited.

Every route of the application needs a declaration: `create_app` fails on one without. Pages for
people that need no key are declared with `public_page`; a blueprint with access control of its own
is declared with `guards_itself`.

The module reads in this order:

1. JSON schemas: primitives, and `component`, with which a module registers a shape that it sends or
   receives once, to use the reference in its declarations;
2. the objects of OpenAPI 3.1 (section 4.8) that a declaration holds: parameters, bodies, responses;
3. the registry;
4. readers of query parameters: typed values, or one clear `detail` for a value that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import Enum, StrEnum
from inspect import cleandoc
from typing import Any, TypeVar
from urllib.parse import quote, unquote_to_bytes

from flask import Blueprint, Flask, Request, g, request

from resolver.api.errors import ApiError

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "pattern": "^[^\\u0000]*$"}
"""String without NUL bytes."""
NONBLANK: Schema = {
    "type": "string",
    "pattern": "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
    "minLength": 1,
}
"""String without NUL bytes that holds more than white space."""
NAME: Schema = {**NONBLANK, "maxLength": 2_000}
BOOLEAN: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
FRACTION: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
STRING: Schema = {"type": "string"}
NULLABLE_FRACTION: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
NULLABLE_STRING: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": {**TEXT, "maxLength": 2_000}, "maxItems": 50}
STRINGS: Schema = {"type": "array", "items": STRING}
BYTES: Schema = {"type": "string", "format": "binary", "minLength": 1}

COMPONENTS: dict[str, Schema] = {}
"""Named schemas of the OpenAPI document (`#/components/schemas`), filled by `component`."""


def component(name: str, schema: Schema) -> Schema:
    """Register a named schema and return a reference to it. Raises `ValueError` for a used name."""
    if COMPONENTS.setdefault(name, schema) != schema:
        raise ValueError(f"two components are called {name!r}")
    return reference(name)


def reference(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def integer(low: int, high: int) -> Schema:
    """Return the schema of a whole number from `low` to `high`."""
    return {"type": "integer", "minimum": low, "maximum": high}


def enum_of(words: Iterable[str]) -> Schema:
    """Return the schema of a string that is one of some words."""
    return {"type": "string", "enum": sorted(words)}


def array_of(items: Schema, **limits: Any) -> Schema:
    """Return the schema of a list; `limits` are keywords such as `maxItems`."""
    return {"type": "array", "items": items, **limits}


def map_of(items: Schema) -> Schema:
    """Return the schema of an object with arbitrary keys."""
    return {"type": "object", "additionalProperties": items}


def closed_object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with exactly these members."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


OpenApiObject = dict[str, Any]
JSON = "application/json"
ERROR = component(
    "Error", closed_object({"detail": STRING}, {"version": {"type": ["integer", "null"]}})
)
_ERROR_TEXTS = {
    400: "The request makes no sense",
    401: "A key is needed, or this key is not valid",
    403: "The key lacks the scope for this",
    404: "There is no such dataset, entity or batch",
    409: "The present state does not allow this",
    410: "It existed once",
    413: "The request is too large",
    415: "The body must be sent as JSON",
    422: "A value has a wrong type or is out of range, or a parameter is unknown",
    429: "Too many requests with this key",
    503: "The service is temporarily unavailable",
    507: "The disk is full",
}


def query_parameter(
    name: str, schema: Schema, *, is_required: bool = False, description: str = ""
) -> OpenApiObject:
    """Return a parameter of the query string."""
    return _parameter({"name": name, "in": "query", "schema": schema}, is_required, description)


def json_query_parameter(name: str, schema: Schema) -> OpenApiObject:
    """Return a parameter of the query string whose value is JSON."""
    return {"name": name, "in": "query", "content": content(schema)}


def header_parameter(name: str, schema: Schema) -> OpenApiObject:
    """Return a request header."""
    return {"name": name, "in": "header", "schema": schema}


def _parameter(base: OpenApiObject, is_required: bool, description: str) -> OpenApiObject:
    if is_required:
        base["required"] = True
    if description:
        base["description"] = description
    return base


def content(schema: Schema, media_type: str = JSON) -> OpenApiObject:
    """Return the content of a body or response of one media type."""
    return {media_type: {"schema": schema}}


def response(description: str, contents: OpenApiObject | None = None) -> OpenApiObject:
    """Return a response; without contents its body is empty."""
    return {"description": description, **({"content": contents} if contents else {})}


def json_response_of(schema: Schema, description: str = "The answer") -> OpenApiObject:
    """Return a response with a JSON body."""
    return response(description, content(schema))


def errors(*statuses: int) -> dict[int, OpenApiObject]:
    """Return the error responses of some statuses, each with `{"detail": …}` as its body."""
    return {
        status: response(_ERROR_TEXTS[status], content(ERROR)) for status in sorted(set(statuses))
    }


View = TypeVar("View", bound=Callable[..., Any])


class Scope(StrEnum):
    """Scopes of API keys that endpoints require; a key with `admin` passes every check."""

    CHECK = "check"
    SUBMIT = "submit"
    REVIEW = "review"
    METRICS = "metrics"
    AUDIT = "audit"
    ADMIN = "admin"


class Disclosure(Enum):
    """Kinds of content that an answer may have; caching, audit and visibility tests use them."""

    VALUES = "values of records, or how entities come and go: audited, never cached"
    FILES = "files of a batch, written for its sender: audited, never cached"
    ACTS = "states of batches, and what was sent or withdrawn: audited, never cached"
    STATE = "ids, counts or properties of the model: not audited, never cached"
    STATIC = "the same for everybody: not audited, may be cached"

    @property
    def is_audited(self) -> bool:
        """Return whether an answer without an audit event is withheld."""
        return self in (Disclosure.VALUES, Disclosure.FILES, Disclosure.ACTS)


@dataclass(frozen=True, slots=True)
class Access:
    """Access policy of an endpoint.

    `scope`: scope that a key must have; None opens the endpoint to everybody. `discloses`: kind of
    content of its answers. `key_in_query`: accept the key as `api_key`, for clients that cannot
    send headers. `public_if`: predicate of the requests that need no key; if credentials are sent,
    they are checked.
    """

    scope: Scope | None
    discloses: Disclosure
    key_in_query: bool = False
    public_if: Callable[[Request], bool] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Declaration of one route and method.

    `name`: Flask's name of the endpoint, `blueprint.function`. `path`: rule in Flask's notation.
    `body`: contents of the request by media type; empty for none. `responses`: responses by status,
    without the errors that all endpoints with a scope share. `is_documented`: whether the OpenAPI
    document lists it.
    """

    name: str
    method: str
    path: str
    access: Access
    description: str
    parameters: tuple[OpenApiObject, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    responses: Mapping[int, OpenApiObject] = field(default_factory=dict)
    is_documented: bool = True

    @property
    def query_names(self) -> frozenset[str]:
        """Names of the declared query parameters."""
        return frozenset(row["name"] for row in self.parameters if row["in"] == "query")


ENDPOINTS: dict[str, Endpoint] = {}
"""Declared endpoints by their Flask names."""
_SELF_GUARDED: set[str] = set()
"""Names of blueprints with access control and response headers of their own."""


def endpoint(
    blueprint: Blueprint,
    method: str,
    path: str,
    access: Access,
    *,
    responses: Mapping[int, OpenApiObject],
    parameters: Iterable[OpenApiObject] = (),
    body: Mapping[str, Any] | None = None,
) -> Callable[[View], View]:
    """Register a view function as an endpoint of the API."""

    def register(view: View) -> View:
        """Register the decorated function."""
        declaration = Endpoint(
            f"{blueprint.name}.{view.__name__}",
            method,
            path,
            access,
            cleandoc(view.__doc__ or ""),
            tuple(parameters),
            body or {},
            responses,
        )
        return _add(blueprint, declaration, view)

    return register


def public_page(blueprint: Blueprint, path: str) -> Callable[[View], View]:
    """Register a static page for people: open to everybody and absent from the OpenAPI document."""

    def register(view: View) -> View:
        """Register the decorated function."""
        access = Access(None, Disclosure.STATIC)
        name = f"{blueprint.name}.{view.__name__}"
        declaration = Endpoint(name, "GET", path, access, view.__doc__ or "", is_documented=False)
        return _add(blueprint, declaration, view)

    return register


def guards_itself(blueprint: Blueprint) -> None:
    """Declare that a blueprint checks access, logs audit events and sets headers itself."""
    _SELF_GUARDED.add(blueprint.name)


def _add(blueprint: Blueprint, declaration: Endpoint, view: View) -> View:
    ENDPOINTS[declaration.name] = declaration
    blueprint.add_url_rule(declaration.path, view_func=view, methods=[declaration.method])
    return view


def current_endpoint() -> Endpoint | None:
    """Return the declaration of the requested endpoint.

    None: there is no such route, or its blueprint guards itself. Raises `KeyError` for a route
    without a declaration, so that it stays closed.
    """
    declaration = ENDPOINTS.get(request.endpoint or "")
    if declaration is None and request.endpoint is not None and not is_self_guarded():
        raise KeyError(request.endpoint)
    return declaration


def is_self_guarded() -> bool:
    """Return whether the requested route belongs to a blueprint that guards itself."""
    return request.blueprint in _SELF_GUARDED


def check_declarations(app: Flask) -> None:
    """Compare the routes of an application with the registry.

    Raises `RuntimeError` for a route that no declaration covers.
    """
    undeclared = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in ENDPOINTS and rule.endpoint.rpartition(".")[0] not in _SELF_GUARDED
    )
    if undeclared:
        raise RuntimeError(
            f"routes without a declaration: {', '.join(undeclared)}; use `api.endpoints.endpoint`"
        )


PURPOSE = "purpose"
"""Purpose of access, which every endpoint accepts (`resolver.api.access`)."""
MAX_TEXT = 2_000
"""Maximum number of characters in a text in a request, unless a limit of its own is stated."""
ANY_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT}
"""Schema of a text of any characters; it is only compared with stored texts."""
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


def require_utf8() -> None:
    """Refuse a query string that is not UTF-8; in any other decoding a name would match nobody.

    Raises `ApiError`.
    """
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise ApiError(400, "the values in the address must be UTF-8, percent-encoded") from None


def read_fraction(name: str, default: float | None) -> float | None:
    """Return a number from 0 to 1, or the default if the parameter is absent."""
    if name not in request.args:
        return default
    text = request.args[name]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise ApiError(422, f"{name} must be a number from 0 to 1, not {text[:40]!r}")
    return value


def read_integer(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, or the default."""
    if name not in request.args:
        return default
    text = request.args[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not low <= int(text) <= high:
        raise ApiError(
            422, f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}"
        )
    return int(text)


def read_texts(name: str, max_length: int = MAX_TEXT) -> tuple[str, ...]:
    """Return the nonempty values of a parameter that may be repeated.

    Raises `ApiError` for a longer value.
    """
    texts = tuple(text for text in request.args.getlist(name) if text)
    for text in texts:
        check_length(name, text, max_length)
    return texts


def read_text(name: str, max_length: int = MAX_TEXT) -> str:
    """Return the first nonempty value of a parameter, or an empty text.

    Raises `ApiError` for a longer value.
    """
    return next(iter(read_texts(name, max_length)), "")


def check_length(name: str, text: str, max_length: int = MAX_TEXT) -> None:
    """Raise `ApiError` for a text of more than `max_length` characters."""
    if len(text) > max_length:
        raise ApiError(422, f"{name} has {len(text):,} characters; it may have {max_length:,}")


def read_choice(name: str, words: Sequence[str]) -> str:
    """Return one of some words, or an empty text if the parameter is absent."""
    return _check_choice(name, request.args[name], words) if name in request.args else ""


def read_choices(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a parameter that may be repeated, each one of some words."""
    return tuple(_check_choice(name, text, words) for text in request.args.getlist(name))


def _check_choice(name: str, text: str, words: Sequence[str]) -> str:
    if text not in words:
        raise ApiError(422, f"{name} must be one of {', '.join(words)}, not {text[:40]!r}")
    return text


def read_boolean(name: str, *, default: bool) -> bool:
    """Return a truth value, or the default."""
    if name not in request.args:
        return default
    text = request.args[name].lower()
    if text not in (*_TRUE, *_FALSE):
        raise ApiError(422, f"{name} must be true or false, not {text[:40]!r}")
    return text in _TRUE


def read_datetime(name: str) -> datetime | None:
    """Return a date or time in ISO form, in UTC if it names no zone, or None."""
    if name not in request.args:
        return None
    text = request.args[name]
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(
            422, f"{name} must be a date such as 2026-03-01, not {text[:40]!r}"
        ) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def ignore_undeclared() -> None:
    """Ignore query parameters that the endpoint does not declare, as yente does.

    The header `X-Ignored-Parameters` of the response names them, so that a misspelled filter can be
    noticed.
    """
    undeclared = sorted(set(request.args) - _parameter_names() - {PURPOSE})
    if undeclared:
        g.ignored_parameters = ", ".join(quote(name[:60]) for name in undeclared[:20])


def reject_undeclared() -> None:
    """Refuse query parameters that the endpoint does not declare.

    Raises `ApiError`, because a misspelled filter must not count as no filter.
    """
    known_names = _parameter_names()
    undeclared = sorted(set(request.args) - known_names - {PURPOSE})
    if undeclared:
        names = ", ".join(sorted(known_names)) or "none"
        alike = get_close_matches(undeclared[0][:60], known_names, n=1)
        suggested = f": did you mean {alike[0]}?" if alike else ""
        raise ApiError(
            422,
            f"there is no parameter {undeclared[0][:60]!r}{suggested or ';'} the parameters are"
            f" {names}",
        )


def _parameter_names() -> frozenset[str]:
    endpoint = current_endpoint()
    return endpoint.query_names if endpoint is not None else frozenset()
