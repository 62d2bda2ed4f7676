"""What can be set for a whole installation: one frozen object, read once from the environment and passed in.

Every setting is one field: its default, unit, range and meaning stand beside it and nowhere else. The variable of the
field `merge_at` is `RESOLVER_MERGE_AT`. Options of the command line go before settings.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from resolver.errors import UsageError

PREFIX = "RESOLVER_"
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


def _about(text: str, *, unit: str = "", low: float = 0.0, high: float = 0.0) -> Mapping[str, Any]:
    return {"help": text, "unit": unit, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. `Settings()` holds the defaults."""

    merge_at: float | None = field(
        default=None,
        metadata=_about(
            "Score from which records are merged. Unset: where the stated costs put the border.",
            unit="probability",
            high=1.0,
        ),
    )
    wrong_merge_costs: float = field(
        default=20.0,
        metadata=_about(
            "How many reviews one wrong merge costs; sets the borders between match, review and distinct.",
            unit="reviews",
            low=2.0,
            high=1e6,
        ),
    )
    model_dir: Path | None = field(
        default=None, metadata=_about("Folder of the model to use. Unset: the one that is shipped.")
    )
    workers: int = field(
        default=0,
        metadata=_about(
            "How many cores comparing may use; 0: all there are.", unit="cores", high=1024
        ),
    )
    memory_mib: int = field(
        default=0,
        metadata=_about(
            "How much memory each process may take for its data: one that needs more stops with one line, before the "
            "system ends it. 0: what the system allows.",
            unit="MiB",
            high=2**24,
        ),
    )
    pairs_mib: int = field(
        default=1024,
        metadata=_about(
            "How much memory pairs may take before they are glanced at; where blocking joins more, it works in passes. "
            "Results do not depend on it.",
            unit="MiB",
            low=1,
            high=2**24,
        ),
    )
    index_dir: Path | None = field(
        default=None,
        metadata=_about(
            "Folder of look-up indexes. Unset: beside a SQLite store, else in the user's cache. It can be deleted."
        ),
    )
    four_eyes_agencies: bool = field(
        default=False,
        metadata=_about(
            "Decisions on entities that two agencies know count once a second steward says the same."
        ),
    )
    four_eyes_records: int = field(
        default=0,
        metadata=_about(
            "Decisions on more records than this count once a second steward says the same. 0: however many.",
            unit="records",
            high=1e6,
        ),
    )
    four_eyes_vulnerable: bool = field(
        default=True,
        metadata=_about(
            "Decisions on victims and witnesses count once a second steward says the same."
        ),
    )
    review_lease_minutes: int = field(
        default=10,
        metadata=_about(
            "How long a pair stays with the steward who has it open.",
            unit="minutes",
            low=1,
            high=1440,
        ),
    )
    review_again_share: float = field(
        default=0.0,
        metadata=_about(
            "Share of decisions that come back to another steward, blind, so that agreement can be measured.",
            unit="share",
            high=1.0,
        ),
    )
    sign_in_tries_address: int = field(
        default=50,
        metadata=_about(
            "Wrong passwords from one address, none of them 15 minutes after the last, that lock it. 0: any number.",
            unit="tries",
            high=1e6,
        ),
    )
    debug: bool = field(default=False, metadata=_about("Show the traceback of unexpected errors."))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `RESOLVER_*` (of the process, unless given). An empty variable is an unset one.

        Raises `UsageError` for a value out of its range and for a name that no setting has.
        """
        environment = os.environ if environment is None else environment
        known = {variable(row): row for row in fields(cls)}
        values: dict[str, object] = {}
        for name, text in sorted(environment.items()):
            if not name.startswith(PREFIX) or not text.strip():
                continue
            if name not in known:
                near = difflib.get_close_matches(name, known, 1) or sorted(known)
                raise UsageError(
                    f"there is no setting {name}", where="environment", mend=f"perhaps {near[0]}"
                )
            values[known[name].name] = _parse(known[name], text.strip())
        return cls(**values)  # type: ignore[arg-type]


def tell_library(name: str, value: str) -> None:
    """Set a variable of this process's environment, for a library that is told things in no other way."""
    os.environ[name] = value


def told_library(name: str) -> str:
    """A variable of this process's environment that a library reads, not we; empty where it is not set."""
    return os.environ.get(name, "")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as pages and `resolver settings` show it."""

    variable: str
    default: str
    range: str
    help: str


def setting_rows() -> tuple[SettingRow, ...]:
    """Every setting, in the order of the fields."""
    return tuple(
        SettingRow(variable(row), show(row.default), _range(row), str(row.metadata["help"]))
        for row in fields(Settings)
    )


def variable(row: Field[Any]) -> str:
    """The environment variable of a setting."""
    return PREFIX + row.name.upper()


def show(value: object) -> str:
    """A value as one would write it in the environment; unset is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kind(row: Field[Any]) -> str:
    return str(row.type).removesuffix(" | None")


def _range(row: Field[Any]) -> str:
    if _kind(row) == "bool":
        return "0 or 1"
    if _kind(row) == "Path":
        return "a path"
    return f"{row.metadata['low']:g} to {row.metadata['high']:g} {row.metadata['unit']}"


def _parse(row: Field[Any], text: str) -> object:
    kind = _kind(row)
    if kind == "Path":
        return Path(text).expanduser()
    if kind == "bool":
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
    else:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if row.metadata["low"] <= number <= row.metadata["high"]:
            return int(number) if kind == "int" else number
    raise UsageError(
        f"{variable(row)} is {text[:40]!r}", where="environment", mend=f"set it to {_range(row)}"
    )
