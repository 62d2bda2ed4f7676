"""What one service is told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from resolver.review import Rules

MAX_BODY = 4 * 1024 * 1024
MAX_UPLOAD = 4 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """`store_url`: the store that is served (made where there is none). `model_dir`, `index_dir`, `jobs_dir`: where
    model, index and submitted batches lie (None: where they lie by default). `max_body`, `max_upload`: bytes of a
    request, of a submitted batch, at most. `open_to_all`: whether anybody may ask as long as the store has no keys (for
    loopback). `ask_purpose`: whether whoever comes with a key must say why. `rate`: requests a minute of one key at
    most (0: any number). `threads`: requests that run at once, beside those that wait for a landing. `streams`: how
    many streams of events are held open at once; each takes a thread. `accept_restricted`: whether records above
    handling code H0 are taken.

    Of the steward's desk: `user_header`, the header in which a reverse proxy at one of the addresses `proxies` (or
    networks) names who has signed in there (empty: none does); `session_idle`, `session_lasts`: seconds after which a
    session ends when it is not used, and in any case; `first_code`: the secret of the link that lets somebody in as
    long as nobody has a password (empty: there is none); `sign_in_tries`: wrong passwords from one address that lock it
    (0: any number); `rules`: what takes two stewards, how long a pair is held."""

    store_url: str
    model_dir: Path | None = None
    index_dir: Path | None = None
    jobs_dir: Path | None = None
    max_body: int = MAX_BODY
    max_upload: int = MAX_UPLOAD
    open_to_all: bool = True
    ask_purpose: bool = False
    rate: int = 0
    threads: int = 16
    streams: int = 2
    accept_restricted: bool = False
    user_header: str = ""
    proxies: tuple[str, ...] = ()
    session_idle: int = 3_600
    session_lasts: int = 43_200
    first_code: str = ""
    sign_in_tries: int = 50
    rules: Rules = field(default_factory=Rules)
