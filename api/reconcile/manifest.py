"""The manifest: what the service offers, and where."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import request

import resolver
from resolver.api.access import key_needed
from resolver.api.reconcile.kinds import TYPES, type_of
from resolver.api.routes.match import MOST_QUERIES

SPACE = "https://followthemoney.tech/explorer/schemata/"
WIDTH, HEIGHT = 430, 300


def manifest(dataset: str) -> dict[str, Any]:
    """The manifest of a dataset."""
    base, path = request.host_url.rstrip("/") + request.script_root, f"/reconcile/{quote(dataset)}"
    key = request.args.get("api_key")
    # what the caller was let in by has to come with all that follows
    more = f"&{urlencode({'api_key': key})}" if key else ""
    once = f"?{more[1:]}" if more else ""
    preview = f"{base}{path}/preview?id={{{{id}}}}{more}"
    said = {
        "versions": ["0.2"],
        "name": f"Watchlist resolver: {dataset}",
        "identifierSpace": f"{base}/entities/",
        "schemaSpace": SPACE,
        "serviceVersion": resolver.__version__,
        "documentation": f"{base}/openapi.json",
        "batchSize": MOST_QUERIES,
        "defaultTypes": [type_of(name) for name in TYPES],
        "view": {"url": preview},
        "preview": {"url": preview, "width": WIDTH, "height": HEIGHT},
        "suggest": {
            kind: {"service_url": base, "service_path": f"{path}/suggest/{kind}{once}"}
            for kind in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": f"{path}/extend{once}"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Values at most",
                    "type": "number",
                    "default": 0,
                    "help_text": "How many values of the property to fetch; 0: all.",
                }
            ],
        },
    }
    if key_needed():
        said["authentication"] = {"type": "apiKey", "name": "api_key", "in": "query"}
    return said
