"""The application factory."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from api import access, desk, errors, watching
from api.batches import blueprint as batches
from api.catalog import blueprint as catalog
from api.entities import blueprint as entities
from api.health import blueprint as health
from api.match import blueprint as match
from api.openapi import blueprint as openapi
from api.openapi import pages
from api.reconcile import blueprint as reconcile
from api.records import blueprint as records
from api.search import blueprint as search
from api.service import Service, install
from api.settings import ServiceSettings
from api.turns import install as install_turns
from api.updates import blueprint as updates


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
    watching.install(app)
    access.install(app)
    desk.install(app)
    doors = (health, match, entities, search, catalog, batches, records, updates, reconcile, openapi, pages)
    for blueprint in (*doors, desk.blueprint):
        app.register_blueprint(blueprint)
    return app
