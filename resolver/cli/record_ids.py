"""Ids and files that a user names, and what to say where there are none such."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from resolver.errors import InputError

_SHOWN = 3
_ALIKE = 80
"""Likeness, in percent, from which an id may be the one that was meant."""


def must_exist(path: Path | None) -> None:
    """Raise `InputError` before long work where a file that will be read is not there."""
    if path is not None and not path.is_file():
        what = "this is a folder, not a file" if path.is_dir() else "there is no such file"
        raise InputError(what, where=str(path), mend="check the path")


def no_such_record(
    identity: str, known: Collection[str], more: str = "", where: str = ""
) -> InputError:
    """The error that no record read has an id, with those that may be meant."""
    meant = " or ".join(_meant(identity, known))
    hint = f"did you mean {meant}? " if meant else "name the lists that hold it; "
    return InputError(
        f"there is no record {identity[:100]!r} in the lists{more}",
        where=where,
        mend=f"{hint}ids are <source>:<id>, as in entities.csv",
    )


def _meant(identity: str, known: Collection[str]) -> list[str]:
    """Ids whose part after the source was named alone, else those spelled alike."""
    alone = identity.strip().casefold()
    found = sorted(
        one for one in known if one.partition(":")[2].casefold() == alone or one.casefold() == alone
    )
    if found:
        return found[:_SHOWN]
    from rapidfuzz import process

    close = process.extract(identity[:100], list(known), limit=_SHOWN, score_cutoff=_ALIKE)
    return [one for one, _, _ in close]
