"""Caches of functions of texts: short ones are kept, long ones never."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from resolver.runtime.text_cache import MAX_CACHED_LETTERS, cache_short_texts, empty_caches_above

OWN_TEXTS = {
    "asset_url",  # files that templates name
    "_read_template",
    "_module_files",  # modules that the program imports
    "_script",  # single letters
    "_common_ties",  # properties of comparators
    "shared_values",
    "country_grades",  # codes of countries
    "_transform",  # transforms of ICU
    "property_type",  # properties of the model
    "read_table",  # tables of the package
    "_module",  # countries and kinds of numbers in a table
    "merge_country_codes",
    "_members",  # paths of archives; 4
    "detect_code_page",  # heads of files, of bounded length; 16
    "head_text",  # the same; 4
}
"""Functions with a cache whose texts no sender chooses, or has bounded."""


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


def test_all_texts_among_the_arguments_count() -> None:
    calls: list[str] = []

    @cache_short_texts(100, all_arguments=True)
    def join(schema: str, prop: str) -> str:
        calls.append(prop)
        return schema + prop

    long_text = "x" * (MAX_CACHED_LETTERS + 1)
    for _ in range(2):
        assert join("Person", "name") == "Personname"
        assert join("Person", long_text) == f"Person{long_text}"
    assert calls == ["name", long_text, long_text]


def test_a_full_cache_begins_anew() -> None:
    calls: list[str] = []

    @cache_short_texts(2)
    def measure(text: str) -> int:
        calls.append(text)
        return len(text)

    for word in ("a", "b", "a", "c", "c", "a"):
        assert measure(word) == 1
    assert calls == ["a", "b", "c", "a"]


def test_results_that_are_none_are_kept() -> None:
    calls: list[str] = []

    @cache_short_texts(2)
    def find(text: str) -> str | None:
        calls.append(text)
        return None

    assert find("a") is None
    assert find("a") is None
    assert calls == ["a"]


def test_caches_are_emptied_once_they_hold_more_together() -> None:
    calls: list[str] = []

    @cache_short_texts(100)
    def measure(text: str) -> int:
        calls.append(text)
        return len(text)

    empty_caches_above(0)
    for word in ("a", "b", "c"):
        measure(word)
    assert not empty_caches_above(3)
    measure("a")
    assert calls == ["a", "b", "c"]
    assert empty_caches_above(2)
    measure("a")
    assert calls == ["a", "b", "c", "a"]
    assert not empty_caches_above(2)


def test_no_cache_is_keyed_by_texts_of_any_length(root: Path) -> None:
    """Functions of texts are cached where these are short; the others are listed."""
    unbounded = {
        node.name
        for folder in ("resolver", "api")
        for path in sorted((root / folder).rglob("*.py"))
        if not {"training", "world", "spark"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(re.search(r"\b(?:lru_)?cache\b", ast.unparse(item)) for item in node.decorator_list)
        and any(re.search(r"\b(?:str|bytes)\b", ast.unparse(item)) for item in annotations_of(node))
    }
    assert unbounded == OWN_TEXTS


def annotations_of(node: ast.FunctionDef) -> list[ast.expr]:
    return [item.annotation for item in node.args.args if item.annotation is not None]


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
