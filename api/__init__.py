"""HTTP service: `create_app(settings)` and `ServiceSettings`.

`endpoints.py` is the registry of endpoints, `routes` holds one blueprint per noun, `reconcile` the
OpenRefine protocol, `schemas` the wire formats, `openapi` the generated description, `server` the
processes around the application, and `desk` the pages for stewards. No module outside imports it.
"""

from resolver.api.app import create_app
from resolver.api.service import ServiceSettings

__all__ = ["ServiceSettings", "create_app"]
