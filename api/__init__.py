"""HTTP service: `create_app(settings)` and `ServiceSettings`.

`endpoints.py` is the registry of endpoints, `routes` holds one blueprint per noun, `openapi.py` the
generated description, `server` the processes around the application, and `desk` the pages for
stewards. No module outside imports it.
"""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from resolver.api import access, desk, observability, openapi
from resolver.api.endpoints import check_declarations, guards_itself
from resolver.api.routes import (
    batches,
    contacts,
    entities,
    feeds,
    groups,
    health,
    match,
    network,
    reconcile,
    records,
    review,
    screenings,
    trust,
    watches,
)
from resolver.api.server.limits import install_memory_bound
from resolver.api.server.limits import install_turns as install_turns
from resolver.api.server.responses import install_compression, install_error_handlers
from resolver.api.service import Service, ServiceSettings, attach_service

__all__ = ["ServiceSettings", "create_app"]

_BLUEPRINTS = (
    health.blueprint,
    match.blueprint,
    match.match_lines_blueprint,
    entities.blueprint,
    entities.search_blueprint,
    health.catalog_blueprint,
    trust.blueprint,
    trust.erasures_blueprint,
    batches.blueprint,
    feeds.blueprint,
    screenings.blueprint,
    watches.blueprint,
    contacts.blueprint,
    review.blueprint,
    records.blueprint,
    network.blueprint,
    groups.blueprint,
    groups.crime_links_blueprint,
    groups.shared_values_blueprint,
    health.updates_blueprint,
    reconcile.blueprint,
    openapi.blueprint,
    openapi.pages,
    desk.blueprint,
)


def create_app(settings: ServiceSettings) -> Flask:
    """Return a WSGI application over one store.

    Checks are refused until its `Service.warm` has run. Raises `StoreError`, `ModelError`.
    """
    service = Service(settings)
    try:
        return _build_app(settings, service)
    except BaseException:
        service.close()
        raise


def _build_app(settings: ServiceSettings, service: Service) -> Flask:
    """Return the application of a service."""
    app = Flask(__package__, static_folder=None)
    # a template that uses an undefined name fails instead of leaving a gap
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.url_map.strict_slashes = False
    attach_service(app, service)
    install_turns(app, service.turns)
    install_memory_bound(app)
    install_error_handlers(app)
    observability.install_observability(app)
    access.install_access_control(app)
    desk.install_desk(app)
    install_compression(app)
    guards_itself(desk.blueprint)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    check_declarations(app)
    return app
