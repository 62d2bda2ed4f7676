"""YAML of untrusted senders, read as plain texts: no numbers, aliases, merge keys or deep nesting.

A mapping needs none of these, and each of them lets a small file cost much: aliases multiply, a
number in base 60 may have a million digits, and nesting exhausts the stack.
"""

from __future__ import annotations

from typing import Any

import yaml

from resolver.errors import MappingError

MAX_BYTES = 100_000
"""Bytes of a mapping; one with a thousand columns has half of them."""
_MAX_DEPTH, _MAX_EVENTS = 6, 20_000
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def read_yaml_text(text: str, label: str) -> Any:
    """Return the content of a YAML text: dictionaries, lists and texts.

    Raises `MappingError`, and `yaml.YAMLError` for what is no YAML.
    """
    if len(text.encode()) > MAX_BYTES:
        raise MappingError(f"a mapping is no longer than {MAX_BYTES:,} bytes", place=label)
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.BaseLoader)):
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        fault = _find_fault(event, depth, count)
        if fault:
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            raise MappingError(fault, place=f"{label}, line {line}")
    # scalars stay texts, whatever they look like
    return yaml.load(text, Loader=yaml.BaseLoader)


def _find_fault(event: yaml.Event, depth: int, count: int) -> str:
    """Return what a mapping may not have, or an empty text."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "write the text again instead of an anchor (&) or an alias (*)"
    if isinstance(event, yaml.ScalarEvent) and event.value == "<<":
        return "write the keys out instead of a merge key (<<)"
    if depth > _MAX_DEPTH:
        return f"it is nested more than {_MAX_DEPTH} deep"
    return f"it has more than {_MAX_EVENTS:,} parts" if count > _MAX_EVENTS else ""
