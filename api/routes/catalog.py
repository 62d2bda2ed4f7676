"""`/catalog`, `/algorithms`, `/changes`: what there is, how it is scored, what has changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response

from resolver.api import query_parameters
from resolver.api.access import viewer
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.match_options import DEFAULT
from resolver.api.schemas.yente import ALGORITHM
from resolver.api.service import service
from resolver.engines.model_features import features
from resolver.screening import entity_reader

blueprint = Blueprint("catalog", __name__)
# what lands is seen by the next check, so no dataset is ever out of date here
_INDEXED = {"load": True, "index_current": True}


@blueprint.get("/catalog")
def catalog() -> Response:
    """The datasets: every source, and `default`, which is everything."""
    version, sources = entity_reader.catalogue(service().hub, viewer())
    datasets: list[dict[str, Any]] = [
        {
            "name": one.name,
            "title": one.title or one.name,
            "publisher": one.agency or None,
            "version": one.list_version or one.updated,
            "updated_at": one.updated or None,
            "records": one.records,
            "children": [],
            **_INDEXED,
            "index_version": str(version),
        }
        for one in sources
    ]
    everything = {
        "name": DEFAULT,
        "title": "Everything",
        "version": str(version),
        "updated_at": max((one.updated for one in sources), default="") or None,
        "records": sum(one.records for one in sources),
        "children": [one.name for one in sources],
        **_INDEXED,
        "index_version": str(version),
    }
    names = [DEFAULT, *(one.name for one in sources)]
    said = {
        "datasets": [everything, *datasets],
        "current": names,
        "outdated": [],
        "index_stale": False,
    }
    return json_response({**said, "version": version})


@blueprint.get("/algorithms")
def algorithms() -> Response:
    """The one way of scoring, and its features: what each sees, and the most it can add to or take from the
    log-odds."""
    hub = service().hub
    described = {
        one.name: {
            "description": one.help,
            "coefficient": one.most / 1000,
            "least": one.least / 1000,
            "url": "",
        }
        for one in features(hub.models)
    }
    about = (
        "An additive, calibrated model: evidence in log-odds, summed; the score is a probability."
    )
    docs = {"name": ALGORITHM, "description": about, "config": {}, "features": described}
    said = {**docs, "docs": docs}
    return json_response(
        {
            "algorithms": [said],
            "default": ALGORITHM,
            "best": ALGORITHM,
            "model": hub.models.stamp["model"],
        }
    )


@blueprint.get("/changes")
def changes() -> Response:
    """What became of entities after version `since`; ask again with `since` = `until`, and with the same `skip`. Where
    `more` is true there is more by now. What the caller may not see is not told, so there may be fewer than `limit`."""
    query_parameters.only("since", "limit", "skip")
    since, limit = (
        query_parameters.whole("since", 0, 0, 2**40),
        query_parameters.whole("limit", 1000, 1, 100_000),
    )
    feed = entity_reader.changes(
        service().hub, since, limit, viewer(), skip=query_parameters.whole("skip", 0, 0, 2**40)
    )
    told = {"version": feed.version, "until": feed.until, "skip": feed.skip, "more": feed.more}
    return json_response({**told, "changes": [asdict(event) for event in feed.events]})
