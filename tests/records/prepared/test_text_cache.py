"""Caches of functions of texts: short ones are kept, long ones never."""

from __future__ import annotations

import ast
from pathlib import Path

from resolver.records.prepared.text_cache import MAX_CACHED_LETTERS, cache_short_texts


def test_short_texts_are_computed_once_and_long_ones_each_time() -> None:
    calls: list[str] = []

    @cache_short_texts(100)
    def measure(text: str, *, twice: bool = False) -> int:
        calls.append(text)
        return len(text) * (2 if twice else 1)

    long_text = "x" * (MAX_CACHED_LETTERS + 1)
    for _ in range(2):
        assert measure("abc") == 3
        assert measure("abc", twice=True) == 6
        assert measure(long_text) == len(long_text)
    assert calls == ["abc", "abc", long_text, long_text]


def test_large_caches_are_bounded_in_bytes(root: Path) -> None:
    """No function keeps thousands of results of texts of any length."""
    unbounded = []
    for path in sorted((root / "resolver").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "lru_cache":
                sizes = [*node.args, *(word.value for word in node.keywords)]
                values = [size.value for size in sizes if isinstance(size, ast.Constant)]
                if any(
                    value is None or (isinstance(value, int) and value >= 20_000)
                    for value in values
                ):
                    unbounded.append(f"{path.relative_to(root)}:{node.lineno}")
    assert unbounded == []
