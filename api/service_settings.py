"""Settings of one service, fixed at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from resolver.api.server.limits import MAX_BODY, MAX_UPLOAD
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.review import DeskRules
from resolver.settings import Settings

_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Settings of the API and of the steward's desk.

    store_url: store to serve; created where there is none.
    model_dir, index_dir, jobs_dir: folders of the model, the index and submitted batches; None for
        the default.
    max_body, max_upload: maximum bytes of a request and of a submitted batch.
    open_to_all: allow requests without a key while the store has none (for loopback).
    ask_purpose: require a purpose of access with every key.
    rate: queries per minute and key at most, for long; 0 for no limit. `burst`: those that may come
        at once; 0 for one minute's.
    threads: requests that run at once, apart from those that wait for a commit.
    streams: event streams held open at once; each takes a thread.
    accept_restricted: accept records with handling codes above H0.
    listed: share of callers of a check who are listed, in (0, 1].

    The desk's:

    user_header: header in which a reverse proxy names the signed-in user; empty for none.
    proxies: addresses or networks of trusted reverse proxies.
    session_idle, session_lasts: seconds after which a session ends unused, and in any case.
    first_code: secret of the link that signs in while no user has a password; empty for none.
    sign_in_tries: failed sign-ins from one address before it is locked; 0 disables the lock.
    rules: decisions that take two stewards, and the time for which a pair is leased.
    """

    store_url: str
    model_dir: Path | None = None
    index_dir: Path | None = None
    jobs_dir: Path | None = None
    max_body: int = MAX_BODY
    max_upload: int = MAX_UPLOAD
    open_to_all: bool = True
    ask_purpose: bool = False
    rate: float = 60 * _DEFAULTS.key_rate
    burst: int = _DEFAULTS.key_burst
    threads: int = 16
    streams: int = 2
    accept_restricted: bool = False
    user_header: str = ""
    proxies: tuple[str, ...] = ()
    session_idle: int = 3_600
    session_lasts: int = 43_200
    first_code: str = ""
    sign_in_tries: int = 50
    rules: DeskRules = field(default_factory=DeskRules)
    listed: float = DEFAULT_LISTED
