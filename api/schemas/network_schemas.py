"""JSON schemas of networks (see `resolver.network.documents`)."""

from __future__ import annotations

from resolver.api.openapi.json_schema import (
    BOOLEAN,
    COUNT,
    STRING,
    STRINGS,
    array_of,
    closed_object,
    component,
    enum_of,
)
from resolver.network.graph import ARTEFACT, ENTITY, NAME

NODE = component(
    "GraphNode",
    closed_object(
        {
            "id": STRING,
            "sort": enum_of([ENTITY, ARTEFACT, NAME]),
            "caption": STRING,
            "kind": STRING,
            "distance": COUNT,
            "complete": BOOLEAN,
        },
        {
            "schema": STRING,
            "countries": STRINGS,
            "activities": STRINGS,
            "datasets": STRINGS,
            "agencies": STRINGS,
            "records": COUNT,
        },
    ),
)
_STATEMENT = component(
    "EdgeStatement",
    closed_object(
        {"dataset": STRING, "record": STRING},
        {
            "role": STRING,
            "role_class": STRING,
            "start": STRING,
            "end": STRING,
            "reversed_period": BOOLEAN,
        },
    ),
)
EDGE = component(
    "GraphEdge",
    closed_object(
        {
            "source": STRING,
            "target": STRING,
            "type": STRING,
            "words": STRING,
            "statements": array_of(_STATEMENT),
        }
    ),
)
GRAPH_FIELDS = {"nodes": array_of(NODE), "edges": array_of(EDGE), "complete": BOOLEAN}
"""Members of an answer that is a graph."""
