"""Memory that requests leave behind: caches of words are emptied once they hold many.

Loading a store fills the caches with the words of all its records, and senders of ever new words
would fill them again; a query has few words, which take microseconds to read anew.
"""

from __future__ import annotations

from flask import Flask

from resolver.records.prepared.text_cache import empty_caches_above

MAX_CACHED_WORDS = 40_000
"""Entries of all caches of words together in a process that serves."""


def install_memory_bound(app: Flask) -> None:
    """Bound the caches of words after each request of an application."""

    @app.teardown_request
    def bound(_: object) -> None:
        """Empty the caches if they hold too many words."""
        empty_caches_above(MAX_CACHED_WORDS)
