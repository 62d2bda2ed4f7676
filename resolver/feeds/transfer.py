"""HTTP requests to hosts that the program does not trust: publishers of lists, and webhooks.

`fetch` copies an answer into a file, `send` posts a body. Both follow the same rules:

- No connection is made to a private, loopback or link-local address, unless the operator allows its
  network. The program resolves a name once, checks the addresses, and connects to exactly the
  address that it checked. So a name that resolves differently a moment later (DNS rebinding) has no
  effect.
- A redirect may only lead to the host of the address itself, or to hosts that the caller allows,
  and never from HTTPS to HTTP.
- Time, silence, speed and size are limited. The size limit also holds for the unpacked content of a
  compressed answer.

Proxies and certificates come from the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`,
`SSL_CERT_FILE`, `SSL_CERT_DIR`. A proxy resolves names itself. So behind a proxy, only the
addresses that this machine knows for a name are checked.
"""

from __future__ import annotations

import email.utils
import hashlib
import io
import ipaddress
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, Protocol
from urllib.parse import unquote, urljoin, urlsplit

import urllib3
from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Timeout, connection, make_headers

from resolver.errors import InputError, ResolverError, UsageError
from resolver.lists.io.remote_files import describe_url
from resolver.lists.io.source_files import FREE_BYTES, MAX_RATIO
from resolver.settings import Settings

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PUBLIC = ipaddress.IPv6Network("2000::/3")
"""Network of all public hosts. Python also calls some other addresses global: addresses of a site
(`fec0::/10`), and those that contain an IPv4 address (`64:ff9b:1::/48`, `::/96`).
"""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""Third quarter of an IPv6 address that is tunneled to the IPv4 address in its last quarter."""
_CHUNK = 1 << 16
_CONNECT_SECONDS = 10.0
_MAX_ADDRESSES = 4
"""Maximum number of addresses of one name that are tried, so that a name with many dead addresses
costs little time.
"""
_PACE_SECONDS = 60.0
"""Seconds after which the pace of a transfer is judged."""
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_ANSWER = 1 << 16
"""Maximum number of bytes that are read of the answer to a posted body."""
_MAX_RETRY_AFTER = 86_400.0


class TransferError(ResolverError):
    """Request that failed. `status`: HTTP status, 0 if there was no answer; `retry_after`: seconds
    that the server asks the program to wait, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        hint: str = "",
        status: int = 0,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.status, self.retry_after = status, retry_after


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """Hosts and networks that requests may reach.

    `hosts`: hosts, besides the host of the address, to which a redirect may lead. A host that
    begins with a dot means all hosts below it. `private_networks`: networks that may be reached
    although they are not public.
    """

    hosts: frozenset[str] = frozenset()
    private_networks: tuple[IPNetwork, ...] = ()

    def allows_host(self, host: str) -> bool:
        """Return whether a redirect may lead to a host."""
        return host in self.hosts or any(
            name.startswith(".") and host.endswith(name) for name in self.hosts
        )

    def allows_address(self, address: str) -> bool:
        """Return whether a connection to an IP address may be made."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if any(ip.version == net.version and ip in net for net in self.private_networks):
            return True
        return all(
            part.is_global
            and not part.is_multicast
            and (isinstance(part, ipaddress.IPv4Address) or part in _PUBLIC)
            for part in _with_embedded(ip)
        )


def _with_embedded(ip: IPAddress) -> Iterator[IPAddress]:
    """Yield an address, and the IPv4 addresses that an IPv6 address is translated to."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
        return
    if ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
        return
    last = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _NAT64:
        yield last
        return
    yield ip
    if int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
        yield last
    if ip.sixtofour is not None:
        yield ip.sixtofour
    if ip.teredo is not None:
        yield from ip.teredo


def parse_networks(text: str | None) -> tuple[IPNetwork, ...]:
    """Return the networks of a text such as `10.1.0.0/16, 192.168.7.4`. Raises `UsageError`."""
    networks = []
    for part in (text or "").replace(",", " ").split():
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise UsageError(
                f"{part[:60]!r} is no network", hint="write it as 10.1.0.0/16 or 192.168.7.4"
            ) from None
    return tuple(networks)


def network_rules(settings: Settings) -> NetworkRules:
    """Return where requests of this installation may lead. Raises `UsageError`."""
    return NetworkRules(private_networks=parse_networks(settings.private_networks))


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """Limits on one request: bytes after unpacking, seconds in total, seconds of silence, bytes a
    second after the first minute, and number of redirects.
    """

    max_bytes: int = 4 << 30
    seconds: float = 1_800.0
    stall_seconds: float = 30.0
    min_pace: float = 1_024.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a request. `address`: the final address after redirects. `headers` have names in
    lower case. `size` and `checksum` (SHA-256, hexadecimal) are of the unpacked body.
    """

    status: int
    address: str
    headers: Mapping[str, str]
    size: int = 0
    checksum: str = ""
    body: bytes = field(default=b"", repr=False)


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


class _HeadSink:
    """Keeps the first bytes of an answer, and ignores the rest."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()

    def write(self, data: bytes, /) -> int:
        self.buffer.write(data[: max(0, _MAX_ANSWER - self.buffer.tell())])
        return len(data)


def check_address(address: str, rules: NetworkRules) -> None:
    """Check the form of a URL without asking a name server. Raises `InputError`."""
    try:
        parts, place = urlsplit(address), describe_url(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InputError("the address of a web server cannot be read") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise InputError(
            "this is no address of a web server",
            place=place,
            hint="it begins with https:// or http://, and names a host",
        )
    if any(ord(char) < 33 for char in address):
        raise InputError("the address contains a space or a control character", place=place)
    literal = host if _is_literal(host) else ""
    if host == "localhost" or host.endswith(".localhost"):
        literal = "127.0.0.1"
    if literal and not rules.allows_address(literal):
        raise _private_error(place, host)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _private_error(place: str, host: str) -> InputError:
    return InputError(
        f"{host} is an address of a private network, which is not reached",
        place=place,
        hint="the operator can allow its network with RESOLVER_PRIVATE_NETWORKS",
    )


def fetch(
    address: str,
    target: BinaryIO,
    *,
    rules: NetworkRules,
    limits: TransferLimits | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Copy the content of an address into an open file, unpacked, and return the answer.

    The status is 200, or 304 if `headers` make the request conditional. Raises `TransferError` for
    any other result, and `InputError` for an address that is not allowed.
    """
    limits = limits or TransferLimits()
    answer = _request("GET", address, None, headers or {}, target, rules, limits)
    if answer.status not in (200, 304):
        raise _status_error(answer)
    return answer


def send(
    address: str,
    body: bytes,
    *,
    rules: NetworkRules,
    limits: TransferLimits | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Post a body, and return the answer with its first 64 KiB, whatever its status.

    Redirects are not followed. Raises `TransferError` if there is no answer, and `InputError` for
    an address that is not allowed.
    """
    limits = limits or TransferLimits(max_bytes=1 << 20, seconds=30.0, stall_seconds=15.0)
    return _request("POST", address, body, headers or {}, None, rules, limits)


def _request(
    method: str,
    address: str,
    body: bytes | None,
    headers: Mapping[str, str],
    target: BinaryIO | None,
    rules: NetworkRules,
    limits: TransferLimits,
) -> Answer:
    end = time.monotonic() + limits.seconds
    check_address(address, rules)
    host = urlsplit(address).hostname or ""
    for _ in range(limits.redirects + 1):
        check_address(address, rules)
        guard = _Guard(rules, describe_url(address), end)
        with _translated_errors(guard, limits), guard, _open(guard, address, limits) as manager:
            response = manager.request(
                method,
                _without_user(address),
                body=body,
                headers={
                    "User-Agent": "watchlist-resolver",
                    "Accept-Encoding": "gzip",
                    **_authorization(address, host),
                    **headers,
                },
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=Timeout(connect=_CONNECT_SECONDS, read=limits.stall_seconds),
            )
            try:
                location = response.headers.get("Location", "")
                if method == "GET" and response.status in _REDIRECTS and location:
                    address = follow_address(address, location, rules, host)
                    continue
                return _read(response, address, target, guard, limits)
            finally:
                response.close()
    raise TransferError(
        f"leads from one redirect to the next, more than {limits.redirects} times",
        place=describe_url(address),
    )


def follow_address(address: str, target: str, rules: NetworkRules, host: str = "") -> str:
    """Return the address that an answer of `address` leads to, by a redirect or in its content.

    `target` may be relative. `host`: host of the first address, if this is a later one. Raises
    `TransferError` if `target` leads to a host that is not allowed, or away from HTTPS.
    """
    place = describe_url(address)
    host = host or urlsplit(address).hostname or ""
    try:
        target = urljoin(address, target)
        parts = urlsplit(target)
        next_host = parts.hostname or ""
    except ValueError:
        raise TransferError("leads to an address that cannot be read", place=place) from None
    if next_host != host and not rules.allows_host(next_host):
        raise TransferError(
            f"leads to the host {next_host[:100] or 'of no name'}, which is not allowed",
            place=place,
            hint="if it is the publisher's, add the feed with --allow-host",
        )
    if urlsplit(address).scheme == "https" and parts.scheme != "https":
        raise TransferError("leads from HTTPS to HTTP, which is not followed", place=place)
    return target


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _authorization(address: str, host: str) -> Mapping[str, str]:
    """Return the header for the user and password in an address; other hosts never get it."""
    parts = urlsplit(address)
    if parts.username is None or parts.hostname != host:
        return {}
    user = unquote(parts.username)
    password = unquote(parts.password or "")
    return make_headers(basic_auth=f"{user}:{password}")


def _read(
    response: urllib3.BaseHTTPResponse,
    address: str,
    target: BinaryIO | None,
    guard: _Guard,
    limits: TransferLimits,
) -> Answer:
    """Read the body of an answer within the limits. Raises `TransferError`."""
    sink: _Sink = _HeadSink()
    if target is not None and response.status == 200:
        sink = target
    digest, size, start = hashlib.sha256(), 0, time.monotonic()
    while data := response.read1(_CHUNK, decode_content=True):
        size += len(data)
        packed = max(response.tell(), 1)
        if size > FREE_BYTES and size > MAX_RATIO * packed:
            raise TransferError(
                f"unpacks to more than {MAX_RATIO} times its size, as a decompression bomb does",
                place=guard.place,
            )
        if size > limits.max_bytes:
            raise TransferError(
                f"sends more than {limits.max_bytes >> 20:,} MiB", place=guard.place
            )
        elapsed = time.monotonic() - start
        if elapsed > _PACE_SECONDS and packed < limits.min_pace * elapsed:
            raise TransferError(
                f"sends less than {limits.min_pace:,.0f} bytes a second", place=guard.place
            )
        guard.check_time()
        digest.update(data)
        sink.write(data)
    # if a connection is cut at the deadline, this looks like the end of an answer without a length
    guard.check_time()
    body = sink.buffer.getvalue() if isinstance(sink, _HeadSink) else b""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, address, headers, size, digest.hexdigest(), body)


class _Guard:
    """Checks the addresses to which one request connects, and cuts its connections at the deadline.

    It is a context manager; within it, a thread waits for the deadline. Nothing else limits a
    server that sends one byte of the headers from time to time, because no read then times out.
    """

    def __init__(self, rules: NetworkRules, place: str, end: float) -> None:
        self.rules, self.place, self.is_proxied = rules, place, False
        self._end = end
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(0.0, end - time.monotonic()), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Guard:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for copy in self._sockets:
            copy.close()

    def check_time(self) -> None:
        """Raise `TransferError` after the deadline."""
        if time.monotonic() >= self._end:
            raise TransferError("was not complete in the time that it may take", place=self.place)

    def watch(self, sock: socket.socket) -> None:
        """Cut a connection at the deadline. TLS takes over the socket, so a copy is kept."""
        copy = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._sockets.append(copy)
        self.check_time()

    def _cut(self) -> None:
        with self._lock:
            for copy in self._sockets:
                with suppress(OSError):
                    copy.shutdown(socket.SHUT_RDWR)

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, after checking that each of them is allowed.

        Raises `InputError` if one address is not allowed: a publisher's name does not lead to a
        public and a private address. Raises `socket.gaierror` for an unknown name.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
        if not all(map(self.rules.allows_address, addresses)):
            raise _private_error(self.place, host)
        return addresses[:_MAX_ADDRESSES]


class _CheckedAddresses(HTTPConnection):
    """Connection to addresses that its guard has checked, never to a name."""

    def __init__(self, *args: Any, guard: _Guard, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        if self._guard.is_proxied:
            sock = super()._new_conn()
            self._guard.watch(sock)
            return sock
        reason: Exception | None = None
        try:
            addresses = self._guard.addresses(self._dns_host, self.port)
        except (socket.gaierror, UnicodeError) as error:
            raise exceptions.NameResolutionError(
                self.host, self, socket.gaierror(str(error))
            ) from error
        for address in addresses:
            try:
                sock = connection.create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
            except OSError as error:
                reason = error
                continue
            self._guard.watch(sock)
            return sock
        if isinstance(reason, TimeoutError):
            raise exceptions.ConnectTimeoutError(self, "timed out") from reason
        raise exceptions.NewConnectionError(self, str(reason)) from reason


class _CheckedTls(_CheckedAddresses, HTTPSConnection):
    """`_CheckedAddresses` over TLS; the certificate must be for the name, not for the address."""


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _CheckedAddresses


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _CheckedTls


@contextmanager
def _open(guard: _Guard, address: str, limits: TransferLimits) -> Iterator[urllib3.PoolManager]:
    """Yield the pool that sends requests to an address; it uses the proxy of the environment if
    there is one.
    """
    parts = urlsplit(address)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    manager: urllib3.PoolManager
    if proxy and not urllib.request.proxy_bypass(parts.hostname or ""):
        guard.is_proxied = True
        with suppress(socket.gaierror, UnicodeError):
            guard.addresses(parts.hostname or "", 0)
        user = urlsplit(proxy)
        headers = make_headers(
            proxy_basic_auth=f"{user.username}:{user.password or ''}" if user.username else None
        )
        try:
            manager = urllib3.ProxyManager(_without_user(proxy), proxy_headers=headers)
        except (exceptions.ProxySchemeUnknown, exceptions.LocationParseError):
            raise TransferError(
                "the proxy of the environment is no http:// or https:// address", place=guard.place
            ) from None
    else:
        manager = urllib3.PoolManager()
    pools: Any = {
        "http": partial(_HttpPool, guard=guard),
        "https": partial(_HttpsPool, guard=guard),
    }
    manager.pool_classes_by_scheme = pools
    try:
        yield manager
    finally:
        manager.clear()


@contextmanager
def _translated_errors(guard: _Guard, limits: TransferLimits) -> Iterator[None]:
    """Turn errors of urllib3 into `TransferError` with one line that a user understands."""
    try:
        yield
    except (exceptions.HTTPError, OSError, ValueError) as error:
        if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
            raise
        guard.check_time()
        raise TransferError(_failure_text(error, limits), place=guard.place) from error


def _failure_text(error: Exception, limits: TransferLimits) -> str:
    # urllib3 wraps the real error if a proxy is used or a connection breaks off
    while isinstance(error.args[-1] if error.args else None, exceptions.HTTPError):
        error = error.args[-1]
    reason = " ".join(str(error.args[-1] if error.args else error).split())[:200]
    match error:
        case exceptions.ReadTimeoutError():
            return f"sent nothing for {limits.stall_seconds:g} s and was given up"
        case exceptions.NameResolutionError():
            return "the host is not known to the name server"
        case exceptions.NewConnectionError():
            return f"no connection: {reason.rpartition('] ')[2]}"
        case exceptions.ConnectTimeoutError():
            return f"no connection within {_CONNECT_SECONDS:g} s"
        case exceptions.SSLError():
            return f"no secure connection: {reason}"
        case exceptions.IncompleteRead():
            return f"broke off after {error.partial or 0:,} bytes"
        case exceptions.DecodeError():
            return "the compressed answer is damaged"
        case exceptions.ProtocolError():
            return f"broke off: {reason}"
    return f"the request failed: {reason}"


def _status_error(answer: Answer) -> TransferError:
    status = answer.status
    texts = {401: "asks for a password", 403: "refuses access", 404: "has no such file"}
    texts |= {410: "has no such file any more", 429: "asks for fewer requests"}
    text = texts.get(status, "is out of order" if status >= 500 else "gave no list")
    return TransferError(
        f"the server {text} (HTTP {status})",
        place=describe_url(answer.address),
        status=status,
        retry_after=read_retry_after(answer.headers),
    )


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait, at most a day, or None."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(float(text[:9]), _MAX_RETRY_AFTER)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return min(max(0.0, (when - datetime.now(UTC)).total_seconds()), _MAX_RETRY_AFTER)
