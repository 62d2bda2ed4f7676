"""Time of every pattern on hostile texts: it grows with their length, not with its square."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from resolver.lists.formats import ofac, ofac_remarks
from resolver.lists.text import crimes, list_dates, list_documents
from resolver.values import dates
from tests.patterns import UsedPattern, has_long_repeat, hostile_parts, hostile_text, used_patterns

pytestmark = pytest.mark.slow

SIZES = (20, 40, 80, 300, 5_000)
"""Lengths of texts, ascending, so that a pattern of exponential time ends at a short one."""
LONG = 20_000
QUICK, MOST = 0.005, 0.05
"""Seconds that need no second look, and seconds that a text at the bound may take."""
BOUNDS = {
    crimes._GUARD: crimes._GUARD_LENGTH,
    ofac._PLACE: ofac.MAX_PLACE,
    ofac_remarks._TAIL: ofac_remarks.MAX_ITEM,
    list_dates._ALTERNATIVE: list_dates.MAX_TEXT,
    list_documents._ISSUED_BY: list_documents.MAX_TEXT,
    list_documents._REGISTER_ITEM: list_documents.MAX_TEXT,
    dates._RANGE: dates.MAX_TEXT,
    dates._DOUBTED: dates.MAX_TEXT,
    list_dates._SHORT_YEAR: list_dates.DATE_ORDER_MAX_TEXT,
}
"""Patterns that only see texts up to a bound, which their module applies before them."""


class SlowError(Exception):
    """Raised when a pattern takes more than a second."""


@contextmanager
def stopped_after_a_second() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise SlowError

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def seconds(run: Callable[[Any], object], text: str | bytes) -> float:
    start = time.process_time()
    try:
        with stopped_after_a_second():
            run(text)
    except SlowError:
        return 1.0
    return time.process_time() - start


def runs(used: UsedPattern) -> Iterator[Callable[[Any], object]]:
    """Yield the ways in which a pattern is used; all where they are not known."""
    methods, pattern = used.methods or {"search", "match", "fullmatch"}, used.pattern
    if methods - {"match", "fullmatch"}:
        # goes through the whole text, as `sub` and `split` do
        yield lambda text: [None for _ in pattern.finditer(text)]
    if "match" in methods:
        yield pattern.match
    if "fullmatch" in methods:
        yield pattern.fullmatch


LITERALS = {"resolver.store.erased_values"}
"""Modules with patterns that are made of escaped texts alone, which repeat nothing."""


def slow_text(used: UsedPattern) -> tuple[str, float] | None:
    """Return the beginning of a hostile text that takes too long, and its seconds."""
    bound = BOUNDS.get(used.pattern, LONG)
    sizes = [*(size for size in SIZES if size < bound), bound] if bound < LONG else SIZES

    def build(parts: tuple[str, str, str], size: int) -> str | bytes:
        text = hostile_text(parts, size)
        is_bytes = isinstance(used.pattern.pattern, bytes)
        return text.encode("latin-1", "replace") if is_bytes else text

    for run in runs(used):
        for parts in hostile_parts(used.pattern):
            for size in sizes:
                limit = QUICK if bound == LONG else MOST
                if seconds(run, build(parts, size)) <= limit:
                    continue
                # again, since another process may have been at work
                last = bound if size == sizes[-1] else size
                duration = min(seconds(run, build(parts, last)) for _ in range(3))
                if duration > MOST or (size < 1_000 and duration > QUICK):
                    return repr(build(parts, last)[:60]), duration
                break
    return None


@pytest.fixture(scope="module")
def patterns(root: Path) -> tuple[list[UsedPattern], list[str]]:
    return used_patterns(root)


def test_every_pattern_is_examined(patterns: tuple[list[UsedPattern], list[str]]) -> None:
    used, unresolved = patterns
    # a pattern made of the variables of a function would escape the test below
    assert set(unresolved) == LITERALS
    assert len(used) > 300
    places = " ".join(item.place for item in used)
    for package in ("lists.formats", "lists.text", "lists.io", "names", "records"):
        assert f"resolver.{package}." in places
    assert BOUNDS.keys() <= {item.pattern for item in used}


def test_no_pattern_is_slow_on_hostile_texts(
    patterns: tuple[list[UsedPattern], list[str]],
) -> None:
    slow = {
        used.place: result
        for used in patterns[0]
        if has_long_repeat(used.pattern) and (result := slow_text(used))
    }
    assert slow == {}


@pytest.mark.parametrize(
    "text",
    [r"\s*;\s*", r"(?:a+)+b", r"smuggl\w* of", r"[iu]*u[iu]*", r";\s*(?![^()]*\))", r"\s+$"],
)
def test_slow_patterns_are_recognized(text: str) -> None:
    pattern = re.compile(text)
    assert has_long_repeat(pattern)
    assert slow_text(UsedPattern("here", pattern, frozenset(("search",))))
