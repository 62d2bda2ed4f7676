"""Errors for record ids and files that do not exist."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from resolver.errors import InputError

_MAX_SUGGESTIONS = 3
_MIN_SIMILARITY = 80
"""Similarity, in percent, from which an existing id is suggested."""


def check_file_exists(path: Path | None) -> None:
    """Raise `InputError` before long work if a file to read does not exist."""
    if path is not None and not path.is_file():
        message = "this is a folder, not a file" if path.is_dir() else "there is no such file"
        raise InputError(message, place=str(path), hint="check the path")


def unknown_record_error(
    identity: str, ids: Collection[str], suffix: str = "", place: str = ""
) -> InputError:
    """Return the error for an unknown record id, with similar ids as suggestions.

    `suffix` is added to the message, `place` is where the id is written.
    """
    suggestions = " or ".join(_suggestions(identity, ids))
    hint = f"did you mean {suggestions}? " if suggestions else "name the lists that hold it; "
    return InputError(
        f"there is no record {identity[:100]!r} in the lists{suffix}",
        place=place,
        hint=f"{hint}ids are <source>:<id>, as in entities.csv",
    )


def _suggestions(identity: str, ids: Collection[str]) -> list[str]:
    """Return ids whose part after the source is `identity`, else similar ids."""
    wanted_id = identity.strip().casefold()
    matches = sorted(
        candidate
        for candidate in ids
        if candidate.partition(":")[2].casefold() == wanted_id or candidate.casefold() == wanted_id
    )
    if matches:
        return matches[:_MAX_SUGGESTIONS]
    from rapidfuzz import process

    close = process.extract(
        identity[:100], list(ids), limit=_MAX_SUGGESTIONS, score_cutoff=_MIN_SIMILARITY
    )
    return [candidate for candidate, _, _ in close]
