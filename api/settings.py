"""What one service is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MAX_BODY = 4 * 1024 * 1024
MAX_UPLOAD = 4 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """`store_url`: the store that is served (made where there is none). `model_dir`, `index_dir`, `jobs_dir`: where
    model, index and submitted batches lie (None: where they lie by default). `max_body`, `max_upload`: bytes of a
    request, of a submitted batch, at most. `open_to_all`: whether anybody may ask as long as the store has no keys (for
    loopback). `ask_purpose`: whether whoever comes with a key must say why. `rate`: requests a minute of one key at
    most (0: any number)."""

    store_url: str
    model_dir: Path | None = None
    index_dir: Path | None = None
    jobs_dir: Path | None = None
    max_body: int = MAX_BODY
    max_upload: int = MAX_UPLOAD
    open_to_all: bool = True
    ask_purpose: bool = False
    rate: int = 0
