from __future__ import annotations

import gzip
import hashlib
import io
import socket
import time
from ipaddress import ip_network

import pytest

from resolver.errors import InputError, UsageError
from resolver.feeds.transfer import (
    NetworkRules,
    TransferError,
    TransferLimits,
    check_address,
    fetch,
    parse_networks,
    read_retry_after,
    send,
)
from tests.feeds.publisher import HERE, publish

QUICK = TransferLimits(seconds=1.0, stall_seconds=0.3)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_list_is_copied_with_its_checksum() -> None:
    with publish(etag='"1"') as publisher:
        target = io.BytesIO()
        answer = fetch(publisher.address, target, rules=HERE)
        assert target.getvalue() == publisher.body
        assert answer.checksum == hashlib.sha256(publisher.body).hexdigest()
        assert (answer.status, answer.size, answer.headers["etag"]) == (200, 14, '"1"')
        again = fetch(publisher.address, target, rules=HERE, headers={"If-None-Match": '"1"'})
        assert (again.status, again.size) == (304, 0)


def test_a_compressed_answer_is_unpacked() -> None:
    body = b"id,name\n" * 1000
    with publish(body=gzip.compress(body), headers={"Content-Encoding": "gzip"}) as publisher:
        target = io.BytesIO()
        assert fetch(publisher.address, target, rules=HERE).size == len(body)
        assert target.getvalue() == body


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("stall", "sent nothing for 0.3 s"),
        ("drip", "was not complete in the time"),
        ("header drip", "was not complete in the time"),
        ("truncated", "broke off after 14 bytes"),
        ("broken chunks", "broke off"),
        ("bomb", "decompression bomb"),
    ],
)
def test_faults_of_a_server_are_one_clear_line(fault: str, text: str) -> None:
    with publish(fault=fault) as publisher:
        limits = QUICK if fault != "bomb" else TransferLimits()
        start = time.monotonic()
        with pytest.raises(TransferError) as caught:
            fetch(publisher.address, io.BytesIO(), rules=HERE, limits=limits)
        assert text in caught.value.line()
        assert "\n" not in caught.value.line()
        assert time.monotonic() - start < 5


def test_size_and_pace_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    with publish(body=b"x" * 5000) as publisher:
        with pytest.raises(TransferError, match="sends more than 0 MiB"):
            fetch(publisher.address, io.BytesIO(), rules=HERE, limits=TransferLimits(max_bytes=100))
        publisher.fault = "drip"
        monkeypatch.setattr("resolver.feeds.transfer._PACE_SECONDS", 0.2)
        with pytest.raises(TransferError, match="less than 1,024 bytes a second"):
            fetch(publisher.address, io.BytesIO(), rules=HERE)


@pytest.mark.parametrize(
    ("status", "text"), [(403, "refuses access"), (404, "no such file"), (500, "out of order")]
)
def test_other_statuses_are_errors(status: int, text: str) -> None:
    with publish(status=status, headers={"Retry-After": "7"}) as publisher:
        with pytest.raises(TransferError, match=text) as caught:
            fetch(publisher.address, io.BytesIO(), rules=HERE)
        assert (caught.value.status, caught.value.retry_after) == (status, 7)


def test_a_redirect_leads_to_allowed_hosts_only() -> None:
    with publish() as publisher:
        publisher.location = "/other"
        assert fetch(publisher.address, io.BytesIO(), rules=HERE).address.endswith("/other")
        publisher.location = f"http://127.0.0.2:{publisher.port}/other"
        with pytest.raises(TransferError, match=r"leads to the host 127\.0\.0\.2"):
            fetch(publisher.address, io.BytesIO(), rules=HERE)
        publisher.location = "/list"
        with pytest.raises(TransferError, match="from one redirect to the next"):
            fetch(publisher.address, io.BytesIO(), rules=HERE)


def test_hosts_below_a_domain_can_be_allowed() -> None:
    rules = NetworkRules(hosts=frozenset({".example.org", "example.net"}))
    assert rules.allows_host("a.example.org")
    assert rules.allows_host("example.net")
    assert not rules.allows_host("example.org.evil.net")
    assert not rules.allows_host("badexample.org")


def test_a_password_stays_with_its_host() -> None:
    with publish() as publisher:
        publisher.location = f"http://127.0.0.1:{publisher.port}/other"
        address = publisher.address.replace("http://", "http://ana:s3cret@")
        fetch(address, io.BytesIO(), rules=HERE)
        assert publisher.requests[0]["Authorization"].startswith("Basic ")
        assert "Authorization" not in publisher.requests[1]
        with pytest.raises(InputError) as caught:
            fetch(address, io.BytesIO(), rules=NetworkRules())
        assert "s3cret" not in caught.value.line()


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 10.1.2.3 192.168.0.1 172.16.0.1 169.254.169.254 0.0.0.0 100.64.0.1 224.0.0.1 "
    "[::1] [::] [fe80::1] [fd00::1] [::ffff:127.0.0.1] [::ffff:10.0.0.1] [64:ff9b::7f00:1] "
    "[2002:7f00:1::] localhost a.localhost [fec0::1] [::10.0.0.1] [5f00::1] [2001:0:a00:1::1] "
    "[::ffff:0:10.0.0.1] [64:ff9b:1::10.0.0.1] [2600::5efe:10.0.0.1] "
    "[2600::200:5efe:10.0.0.1]".split(),
)
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(InputError, match="private network"):
        check_address(f"http://{host}/list", NetworkRules())
    with pytest.raises(InputError, match="private network"):
        fetch(f"http://{host}:1/list", io.BytesIO(), rules=NetworkRules())


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_other_spellings_of_a_private_address_are_refused(host: str) -> None:
    with pytest.raises(InputError, match="private network"):
        fetch(f"http://{host}:1/list", io.BytesIO(), rules=NetworkRules())


@pytest.mark.parametrize(
    "host",
    ["93.184.215.14", "[2606:4700::1111]", "[64:ff9b::8.8.8.8]", "[2600::5efe:8.8.8.8]", "a.org"],
)
def test_public_addresses_are_allowed(host: str) -> None:
    check_address(f"https://{host}/list", NetworkRules())


@pytest.mark.parametrize("address", ["ftp://a/b", "https:///x", "http://a:0/", "http://[1/", "x"])
def test_an_address_must_be_that_of_a_web_server(address: str) -> None:
    with pytest.raises(InputError):
        check_address(address, NetworkRules())


def test_a_name_is_resolved_once_and_its_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first answer of the name server is checked, so a second one must never be used."""
    answers = ["127.0.0.1", "127.0.0.9"]
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **options: object) -> object:
        target = answers.pop(0) if host == "lists.example.org" else host
        return real(target, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    rules = NetworkRules(private_networks=(ip_network("127.0.0.1/32"),))
    with publish() as publisher:
        address = f"http://lists.example.org:{publisher.port}/list"
        assert fetch(address, io.BytesIO(), rules=rules).size == 14
        assert answers == ["127.0.0.9"]
        # the next request resolves the name anew, now to an address that is not allowed
        with pytest.raises(InputError, match="private network"):
            fetch(address, io.BytesIO(), rules=rules)
        assert len(publisher.requests) == 1


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(2, 1, 6, "", (ip, 80)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(InputError, match="private network"):
        fetch("http://lists.example.org/list", io.BytesIO(), rules=NetworkRules())


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with publish() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        answer = fetch("http://203.0.114.7/list", io.BytesIO(), rules=NetworkRules())
        assert answer.size == len(proxy.body)
        assert proxy.requests[0]["Host"] == "203.0.114.7"
        with pytest.raises(InputError, match="private network"):
            fetch("http://10.0.0.1/list", io.BytesIO(), rules=NetworkRules())
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(InputError, match="private network"):
            fetch(proxy.address, io.BytesIO(), rules=NetworkRules())


def test_hosts_that_do_not_answer_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with publish() as publisher:
        address = publisher.address
    with pytest.raises(TransferError, match="no connection: Connection refused"):
        fetch(address, io.BytesIO(), rules=HERE)

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TransferError, match="not known to the name server"):
        fetch("http://lists.example.org/", io.BytesIO(), rules=HERE)


def test_a_body_is_posted() -> None:
    with publish() as publisher:
        answer = send(publisher.address, b"{}", rules=HERE, headers={"X-Sign": "1"})
        assert (answer.status, answer.body) == (200, b"thanks")
        assert (publisher.requests[0]["body"], publisher.requests[0]["X-Sign"]) == ("{}", "1")
        with pytest.raises(InputError, match="private network"):
            send(publisher.address, b"{}", rules=NetworkRules())


def test_networks_are_parsed() -> None:
    assert parse_networks("10.1.0.0/16, 192.168.7.4") == (
        ip_network("10.1.0.0/16"),
        ip_network("192.168.7.4/32"),
    )
    assert parse_networks(None) == ()
    with pytest.raises(UsageError, match="no network"):
        parse_networks("intranet")


def test_retry_after_is_seconds_or_a_date() -> None:
    assert read_retry_after({"retry-after": "120"}) == 120
    assert read_retry_after({"retry-after": "99999999"}) == 86_400
    assert read_retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert read_retry_after({"retry-after": "soon"}) is None
    far = f"Wed, 21 Oct 2015 07:28:00 +{'9' * 20}"
    assert read_retry_after({"retry-after": far}) is None
    assert read_retry_after({}) is None
