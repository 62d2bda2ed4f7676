"""Manifest of the protocol: the service's capabilities and their addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import request

import resolver
from resolver.api.access import key_needed
from resolver.api.reconcile.kinds import TYPES, describe_type
from resolver.api.routes.match import MAX_QUERIES

SCHEMA_SPACE = "https://followthemoney.tech/explorer/schemata/"
_PREVIEW_SIZE = {"width": 430, "height": 300}
"""Size of the preview frame in pixels."""


def build_manifest(dataset: str) -> dict[str, Any]:
    """Return the manifest of a dataset.

    A key in the address of the request is passed on in the addresses of the manifest.
    """
    base, path = request.host_url.rstrip("/") + request.script_root, f"/reconcile/{quote(dataset)}"
    key = request.args.get("api_key")
    key_query = urlencode({"api_key": key}) if key else ""
    suffix = f"?{key_query}" if key_query else ""
    preview = f"{base}{path}/preview?id={{{{id}}}}" + (f"&{key_query}" if key_query else "")
    manifest: dict[str, Any] = {
        "versions": ["0.2"],
        "name": f"Watchlist resolver: {dataset}",
        "identifierSpace": f"{base}/entities/",
        "schemaSpace": SCHEMA_SPACE,
        "serviceVersion": resolver.__version__,
        "documentation": f"{base}/docs",
        "batchSize": MAX_QUERIES,
        "defaultTypes": [describe_type(name) for name in TYPES],
        "view": {"url": preview},
        "preview": {"url": preview, **_PREVIEW_SIZE},
        "suggest": {
            kind: {"service_url": base, "service_path": f"{path}/suggest/{kind}{suffix}"}
            for kind in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": f"{path}/extend{suffix}"},
            "property_settings": [_LIMIT_SETTING],
        },
    }
    if key_needed():
        manifest["authentication"] = {"type": "apiKey", "name": "api_key", "in": "query"}
    return manifest


_LIMIT_SETTING = {
    "name": "limit",
    "label": "Values at most",
    "type": "number",
    "default": 0,
    "help_text": "How many values of the property to fetch; 0: all.",
}
