"""Settings of an installation: one frozen object, read once from the environment and passed on.

Each setting is a field with its default, unit, range and meaning. The environment variable of the
field `merge_at` is `RESOLVER_MERGE_AT`. Command-line options take precedence over settings.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from resolver.errors import UsageError

PREFIX = "RESOLVER_"
MIN_SHARE = 1e-6
"""Minimum share of callers who are listed."""
_TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
_FALSE_WORDS = frozenset({"0", "false", "no", "off"})


def _metadata(
    text: str, *, unit: str = "", low: float = 0.0, high: float = 0.0, secret: bool = False
) -> Mapping[str, Any]:
    return {"help": text, "unit": unit, "low": low, "high": high, "secret": secret}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one process; `Settings()` has the defaults."""

    store: str | None = field(
        default=None,
        repr=False,
        metadata=_metadata(
            "Store of commands that need one and are called without `--store`. A password in it is "
            "not in the list of processes, as it would be in an option.",
            secret=True,
        ),
    )
    proxies: str | None = field(
        default=None,
        metadata=_metadata(
            "Addresses or networks of the trusted reverse proxies of `resolver serve`, separated "
            "by commas, where it is called without `--proxy`."
        ),
    )
    merge_at: float | None = field(
        default=None,
        metadata=_metadata(
            "Score from which records are merged. Unset: the threshold that follows from costs.",
            unit="probability",
            high=1.0,
        ),
    )
    wrong_merge_costs: float = field(
        default=20.0,
        metadata=_metadata(
            "Cost of one wrong merge, in reviews; sets the thresholds between match, review "
            "and distinct.",
            unit="reviews",
            low=2.0,
            high=1e6,
        ),
    )
    min_review_value: float | None = field(
        default=None,
        metadata=_metadata(
            "Value of a review, in reviews, from which a pair waits for a steward. Unset: 4.5, or "
            "what the store was resolved with.",
            unit="reviews",
            low=1.0,
            high=1e6,
        ),
    )
    model_dir: Path | None = field(
        default=None,
        metadata=_metadata("Folder of the model to use. Unset: the shipped model."),
    )
    workers: int = field(
        default=0,
        metadata=_metadata("Cores that batches use; 0: all.", unit="cores", high=1024),
    )
    memory_mib: int = field(
        default=0,
        metadata=_metadata(
            "Memory each process may use for its data; a process that needs more stops with an "
            "error instead of being killed by the system. 0: as much as the system allows.",
            unit="MiB",
            high=2**24,
        ),
    )
    pairs_mib: int = field(
        default=448,
        metadata=_metadata(
            "Memory for candidate pairs before the prefilter; blocking works in several passes if "
            "they need more. Results do not depend on it.",
            unit="MiB",
            low=1,
            high=2**24,
        ),
    )
    listed: float | None = field(
        default=None,
        metadata=_metadata(
            "Share of callers of a check who are listed: the odds before anything is compared, "
            "such as 1 in 5000 at a border. If absent, it is 1 in 5, and 1 in 50 for those who "
            "state a birth date.",
            unit="share",
            low=MIN_SHARE,
            high=1.0,
        ),
    )
    index_dir: Path | None = field(
        default=None,
        metadata=_metadata(
            "Folder of look-up indexes, which can be deleted at any time. Unset: beside a SQLite "
            "store, else in the user's cache."
        ),
    )
    four_eyes_agencies: bool = field(
        default=False,
        metadata=_metadata(
            "Require a second steward to confirm decisions on entities known to two agencies."
        ),
    )
    four_eyes_records: int = field(
        default=0,
        metadata=_metadata(
            "Require a second steward to confirm decisions on more records than this. 0: never.",
            unit="records",
            high=1e6,
        ),
    )
    four_eyes_vulnerable: bool = field(
        default=True,
        metadata=_metadata(
            "Require a second steward to confirm decisions on victims and witnesses."
        ),
    )
    review_lease_minutes: int = field(
        default=10,
        metadata=_metadata(
            "Time for which a pair is reserved for the steward who has it open.",
            unit="minutes",
            low=1,
            high=1440,
        ),
    )
    review_capacity: int | None = field(
        default=None,
        metadata=_metadata(
            "Pairs of entities that all stewards together can review in a day. The report and the "
            "desk then show what is left undecided; nothing is dropped. Unset: not stated.",
            unit="reviews",
            high=1e6,
        ),
    )
    review_again_share: float = field(
        default=0.0,
        metadata=_metadata(
            "Share of decisions that another steward decides again, blind, to measure agreement.",
            unit="share",
            high=1.0,
        ),
    )
    key_rate: float = field(
        default=50.0,
        metadata=_metadata(
            "Queries a second that one API key may send to each process for long, unless "
            "`serve --rate` says otherwise; a request with many queries counts as many. "
            "0: any number.",
            unit="queries a second",
            high=1e6,
        ),
    )
    key_burst: int = field(
        default=200,
        metadata=_metadata(
            "Queries that one API key may send at once before its rate applies.",
            unit="queries",
            low=1,
            high=1e6,
        ),
    )
    contacts_of_person: int = field(
        default=500,
        metadata=_metadata(
            "Most queries of one API key or user in a day (UTC) to sources that answer with a "
            "contact.",
            unit="queries",
            low=1,
            high=1e9,
        ),
    )
    contacts_of_agency: int = field(
        default=5_000,
        metadata=_metadata(
            "The same over all keys and users of one agency together.",
            unit="queries",
            low=1,
            high=1e9,
        ),
    )
    sign_in_tries_address: int = field(
        default=50,
        metadata=_metadata(
            "Failed sign-ins from one address before it is locked; the count resets after "
            "15 minutes without one. 0 disables the lock.",
            unit="tries",
            high=1e6,
        ),
    )
    provider_file: Path | None = field(
        default=None,
        metadata=_metadata(
            "File of the identity provider of `resolver serve`, where it is called without "
            "`--provider`. Unset: none."
        ),
    )
    provider_secret: str | None = field(
        default=None,
        repr=False,
        metadata=_metadata(
            "Secret of the service at its identity provider, unless the file of the provider names "
            "a file with it.",
            secret=True,
        ),
    )
    security_key_roles: str | None = field(
        default=None,
        metadata=_metadata(
            "Roles whose users must have a security key beside their password, such as "
            "`senior, admin`, separated by commas. Unset: none."
        ),
    )
    private_networks: str | None = field(
        default=None,
        metadata=_metadata(
            "Networks that are not public and that feeds and webhooks may reach all the same, such "
            "as `10.1.0.0/16, 192.168.7.4`, separated by commas. Unset: none."
        ),
    )
    smtp: str | None = field(
        default=None,
        repr=False,
        metadata=_metadata(
            "Mail server for digests of notices: `smtp://user:password@mail.example.org:587`, or "
            "`smtps://` for TLS from the start. Unset: no mail is sent.",
            secret=True,
        ),
    )
    mail_from: str | None = field(
        default=None,
        metadata=_metadata("Sender of mails. Unset: `resolver` at the host of the mail server."),
    )
    debug: bool = field(
        default=False, metadata=_metadata("Show the traceback of unexpected errors.")
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the variables `RESOLVER_*` of an environment (default: the process's own); empty
        ones count as unset.

        Raises `UsageError` for a value out of its range and for an unknown variable.
        """
        environment = os.environ if environment is None else environment
        rows_by_variable = {variable_name(field_row): field_row for field_row in fields(cls)}
        values: dict[str, object] = {}
        for name, text in sorted(environment.items()):
            if not name.startswith(PREFIX) or not text.strip():
                continue
            if name not in rows_by_variable:
                candidates = difflib.get_close_matches(name, rows_by_variable, 1) or sorted(
                    rows_by_variable
                )
                raise UsageError(
                    f"there is no setting {name}",
                    place="environment",
                    hint=f"perhaps {candidates[0]}",
                )
            values[rows_by_variable[name].name] = _parse(rows_by_variable[name], text.strip())
        return cls(**values)  # type: ignore[arg-type]


def set_library_variable(name: str, value: str) -> None:
    """Set an environment variable of this process for a library that has no other configuration."""
    os.environ[name] = value


def child_environment(**variables: str) -> dict[str, str]:
    """Return the environment of this process with other values of some variables, for a process
    that it starts.
    """
    return {**os.environ, **variables}


def library_variable(name: str) -> str:
    """Return an environment variable of this process that a library reads; empty if unset."""
    return os.environ.get(name, "")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """Setting as pages and `resolver settings` show it; the value of a secret setting is not
    shown.
    """

    variable: str
    default: str
    range: str
    help: str
    is_secret: bool


def setting_rows() -> tuple[SettingRow, ...]:
    """Return all settings, in the order of the fields."""
    return tuple(
        SettingRow(
            variable_name(row),
            format_setting(row.default),
            _range(row),
            str(row.metadata["help"]),
            bool(row.metadata["secret"]),
        )
        for row in fields(Settings)
    )


def variable_name(row: Field[Any]) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + row.name.upper()


def format_setting(value: object) -> str:
    """Return a value as it is written in the environment; an unset value is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _type_name(row: Field[Any]) -> str:
    return str(row.type).removesuffix(" | None")


def _range(row: Field[Any]) -> str:
    if _type_name(row) == "bool":
        return "0 or 1"
    if _type_name(row) == "Path":
        return "a path"
    if _type_name(row) == "str":
        return "a text"
    if row.name == "listed":
        return "1 in N, or a share up to 1"
    return f"{row.metadata['low']:g} to {row.metadata['high']:g} {row.metadata['unit']}"


def _parse(row: Field[Any], text: str) -> object:
    kind = _type_name(row)
    if kind == "Path":
        return Path(text).expanduser()
    if kind == "str":
        return text or None
    if kind == "bool":
        if text.lower() in _TRUE_WORDS | _FALSE_WORDS:
            return text.lower() in _TRUE_WORDS
    else:
        number = parse_share(text) if row.name == "listed" else _parse_number(text)
        if row.metadata["low"] <= number <= row.metadata["high"]:
            return int(number) if kind == "int" else number
    raise UsageError(
        f"{variable_name(row)} is {text[:40]!r}",
        place="environment",
        hint=f"set it to {_range(row)}",
    )


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def parse_share(text: str) -> float:
    """Return the share that a text states as "1 in N" or as a number; NaN for any other text."""
    match = re.fullmatch(r"1\s+in\s+([0-9][0-9,_]*)", text.strip().lower())
    if match is None:
        return _parse_number(text)
    count = int(match[1].replace(",", "").replace("_", ""))
    return 1 / count if count else math.nan
