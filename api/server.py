"""One serving process: the application behind `waitress`, ready as soon as it has loaded."""

from __future__ import annotations

import ipaddress
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import structlog
from flask import Flask
from waitress.server import create_server

from api.app import create_app
from api.service import Service
from api.settings import ServiceSettings
from api.watching import log_as_json
from resolver.errors import ResolverError, UsageError

_LARGEST = 2**34
_LOG = structlog.get_logger("api")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def serve(settings: ServiceSettings, host: str, port: int, threads: int, *, tell: Callable[[str], None]) -> None:
    """Serve until interrupted or terminated. `tell` is called with what to say once it listens. Raises `UsageError`
    where the address may not be served or is taken, `StoreError`, `ModelError`."""
    log_as_json()
    alone = is_loopback(host)
    code = secrets.token_urlsafe(24) if alone else ""
    # streams of events may never take more than half of the threads
    streams = min(settings.streams, threads // 2)
    open_to_all = settings.open_to_all and alone
    app = create_app(replace(settings, open_to_all=open_to_all, first_code=code, streams=streams))
    held: Service = app.extensions["resolver"]
    try:
        if not alone and not held.guarded():
            raise UsageError(
                f"{host} can be reached from elsewhere, and the store has no API keys and no users",
                mend="make some with `resolver keys create` or `resolver users add`, or serve on 127.0.0.1",
            )
        server = _listen(app, host, port, threads)
        address = f"http://{host}:{server.effective_port}"
        tell(f"Serving {address}")
        tell(desk_line(held, address))
        threading.Thread(target=_warm, args=(held,), daemon=True).start()
        signal.signal(signal.SIGTERM, _stop)
        try:
            server.run()
        finally:
            # what is being answered is finished, nothing new is taken
            server.close()
            server.task_dispatcher.shutdown()
    finally:
        held.close()


def desk_line(held: Service, address: str) -> str:
    """Where the steward's desk is: as long as nobody has a key or a password, with the link that lets one in."""
    code = held.settings.first_code
    if not code or held.guarded():
        return f"Steward's desk: {address}/desk"
    return f"Steward's desk: {address}/desk/first?code={code} (this link lets you in until somebody has a password)"


def _listen(app: Flask, host: str, port: int, threads: int) -> Any:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # bound here and not by waitress, which leaves its socket open where that fails
        bound = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}", mend="choose another --port"
        ) from error
    return create_server(app, sockets=[bound], threads=threads, ident="", max_request_body_size=_LARGEST)


def _warm(held: Service) -> None:
    """Load, and load again when the store has something to load from."""
    while not held.is_warm:
        try:
            held.warm()
            _LOG.info("ready")
        except ResolverError as error:
            if held.closed.wait(2):
                return
            _LOG.debug("waiting", why=error.line())


def _stop(*_: object) -> NoReturn:
    sys.exit(0)
