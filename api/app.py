"""The application factory."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from resolver.api import (
    access,
    desk,
    errors,
    observability,
)
from resolver.api.openapi import blueprint as openapi
from resolver.api.openapi import pages
from resolver.api.reconcile import blueprint as reconcile
from resolver.api.routes.batches import blueprint as batches
from resolver.api.routes.catalog import blueprint as catalog
from resolver.api.routes.entities import blueprint as entities
from resolver.api.routes.health import blueprint as health
from resolver.api.routes.match import blueprint as match
from resolver.api.routes.records import blueprint as records
from resolver.api.routes.search import blueprint as search
from resolver.api.routes.updates import blueprint as updates
from resolver.api.server.request_turns import install as install_turns
from resolver.api.service import Service, install
from resolver.api.service_settings import ServiceSettings


def create_app(settings: ServiceSettings) -> Flask:
    """A WSGI application over one store. Call `warm(app)` before it is to answer checks. Raises `StoreError`,
    `ModelError`."""
    app = Flask("api", static_folder=None)
    # a name that no page was given is an error, never an empty place
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.url_map.strict_slashes = False
    held = Service(settings)
    install(app, held)
    install_turns(app, held.turns)
    errors.install(app)
    observability.install(app)
    access.install(app)
    desk.install(app)
    doors = (
        health,
        match,
        entities,
        search,
        catalog,
        batches,
        records,
        updates,
        reconcile,
        openapi,
        pages,
    )
    for blueprint in (*doors, desk.blueprint):
        app.register_blueprint(blueprint)
    return app
