"""The service described in OpenAPI 3.1, from its own routes, and a page to try it.

An operation is a route; what it does is the docstring of its function. Its parameters are its row in `asked.QUERY`, its
body that in `bodies.BODIES`, what it answers that in `answered.ANSWERS`. A route without a row takes no parameters. The
description is meant to be exact: `tests/api/test_openapi.py` lets schemathesis try it against the service.
"""

from resolver.api.openapi.document import described
from resolver.api.openapi.pages import blueprint, pages

__all__ = ["blueprint", "described", "pages"]
