"""The application factory."""

from __future__ import annotations

from flask import Flask

from api import errors, watching
from api.health import blueprint as health
from api.match import blueprint as match
from api.service import Service, install
from api.settings import ServiceSettings


def create_app(settings: ServiceSettings) -> Flask:
    """A WSGI application over one store. Call `warm(app)` before it is to answer checks. Raises `StoreError`,
    `ModelError`."""
    app = Flask("api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.url_map.strict_slashes = False
    install(app, Service(settings))
    errors.install(app)
    watching.install(app)
    for blueprint in (health, match):
        app.register_blueprint(blueprint)
    return app
