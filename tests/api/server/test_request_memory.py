"""Caches of words are bounded after each request."""

from __future__ import annotations

from flask import Flask

from resolver.api.server import limits
from resolver.runtime.text_cache import cache_short_texts


def test_requests_that_bring_many_words_leave_none_behind() -> None:
    calls: list[str] = []

    @cache_short_texts(100_000)
    def measure(text: str) -> int:
        calls.append(text)
        return len(text)

    app = Flask("tried")
    limits.install_memory_bound(app)

    @app.get("/<int:words>")
    def read(words: int) -> str:
        return str(sum(measure(str(word)) for word in range(words)))

    client = app.test_client()
    client.get("/10")
    client.get("/10")
    few = len(calls)
    client.get(f"/{limits.MAX_CACHED_WORDS + 1}")
    client.get("/10")
    assert 10 <= few <= 20
    assert len(calls) == few + limits.MAX_CACHED_WORDS + 1 - 10 + 10
