"""Queries drawn from a canonical export, and the answers of a service to them."""

from __future__ import annotations

import json
import random
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.baseline.processes import CommandError, request

_QUERIES_PER_REQUEST = 10
_GET_EVERY = 8
_SEED = 20


def queries_of(lines: Sequence[str], count: int) -> list[dict[str, Any]]:
    """Return queries drawn evenly from the lines of a canonical export.

    In turn a name as written and misspelt, each with and without a birth date; every twentieth is a
    name of shuffled letters, which belongs to no person.
    """
    entities = [row for row in map(json.loads, lines) if "entity" in row]
    dice = random.Random(_SEED)
    queries = []
    for number in range(count):
        row = entities[number * len(entities) // count]
        name = row["caption"]
        if number % 20 == 19:
            name = "".join(dice.sample(name, len(name)))
        elif number % 4 >= 2:
            name = _misspell_name(name, dice)
        properties: dict[str, list[str]] = {"name": [name]}
        if number % 2 == 0 and row["birthDate"]:
            properties["birthDate"] = [row["birthDate"]]
        if number % 3 == 0 and "nationality" in row["properties"]:
            properties["nationality"] = [row["properties"]["nationality"][0]["value"]]
        queries.append({"schema": row["schema"], "properties": properties})
    return queries


def _misspell_name(name: str, dice: random.Random) -> str:
    """Return a name with a letter left out, doubled, or swapped with the next."""
    at = dice.randrange(max(len(name) - 1, 1))
    changes = (
        name[:at] + name[at + 1 :],
        name[: at + 1] + name[at:],
        name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
    )
    return dice.choice(changes).strip() or name


def send_queries(address: str, queries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield (key, response) of each query: most by `POST /match/default`, some by `GET /check`."""
    query_by_name = {f"q{number:04}": query for number, query in enumerate(queries)}
    gets = list(query_by_name)[::_GET_EVERY]
    posts = [name for name in query_by_name if name not in set(gets)]
    for start in range(0, len(posts), _QUERIES_PER_REQUEST):
        batch = posts[start : start + _QUERIES_PER_REQUEST]
        body = {"queries": {name: query_by_name[name] for name in batch}}
        status, answer = request(f"{address}/match/default", body)
        if status != 200:
            raise CommandError(f"POST /match/default answered {status}: {answer}")
        responses = answer.pop("responses")
        yield f"envelope {start:04}", answer
        yield from responses.items()
    for name in gets:
        query = query_by_name[name]
        parameters = [("schema", query["schema"])]
        for property_name, values in query["properties"].items():
            parameters += [(property_name, text) for text in values]
        status, answer = request(f"{address}/check?{urllib.parse.urlencode(parameters)}")
        yield name, {"http": status, **answer}
