"""OpenAPI 3.1 document of the service, built from the registry of endpoints, and the page `/docs`.

The document is meant to be exact: `tests/api/test_openapi.py` runs schemathesis against it.
"""
