"""Application factory of the HTTP service."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from resolver.api import (
    access,
    desk,
    observability,
)
from resolver.api.endpoints import check_declarations, guards_itself
from resolver.api.openapi.document import blueprint as openapi
from resolver.api.openapi.document import pages
from resolver.api.reconcile import blueprint as reconcile
from resolver.api.routes.audit import blueprint as audit
from resolver.api.routes.batches import blueprint as batches
from resolver.api.routes.contacts import blueprint as contacts
from resolver.api.routes.entities import blueprint as entities
from resolver.api.routes.entities import search_blueprint as search
from resolver.api.routes.erasures import blueprint as erasures
from resolver.api.routes.feeds import blueprint as feeds
from resolver.api.routes.groups import blueprint as groups
from resolver.api.routes.groups import crime_links_blueprint as crime_links
from resolver.api.routes.groups import shared_values_blueprint as shared_values
from resolver.api.routes.health import blueprint as health
from resolver.api.routes.health import catalog_blueprint as catalog
from resolver.api.routes.health import updates_blueprint as updates
from resolver.api.routes.match import blueprint as match
from resolver.api.routes.match import match_lines_blueprint as match_lines
from resolver.api.routes.network import blueprint as network
from resolver.api.routes.records import blueprint as records
from resolver.api.routes.review import blueprint as review
from resolver.api.routes.screenings import blueprint as screenings
from resolver.api.routes.watches import blueprint as watches
from resolver.api.server.limits import install_memory_bound
from resolver.api.server.limits import install_turns as install_turns
from resolver.api.server.responses import install_compression, install_error_handlers
from resolver.api.service import Service, ServiceSettings, attach_service

_BLUEPRINTS = (
    health,
    match,
    match_lines,
    entities,
    search,
    catalog,
    audit,
    erasures,
    batches,
    feeds,
    screenings,
    watches,
    contacts,
    review,
    records,
    network,
    groups,
    crime_links,
    shared_values,
    updates,
    reconcile,
    openapi,
    pages,
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
