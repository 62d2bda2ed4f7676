"""Delivery of notices: signed webhooks after Standard Webhooks, and digests by mail.

A message to a webhook has three headers (https://www.standardwebhooks.com):

- `webhook-id`: it is the same for each attempt, so that a receiver recognizes a message that came
  twice,
- `webhook-timestamp`: seconds since 1970,
- `webhook-signature`: `v1,` and the HMAC-SHA256, in base64, of id, timestamp and body, joined by
  dots. The key is the base64 text after `whsec_` in the secret.

An answer with a status 2xx within ten seconds ends a message. Otherwise the message is tried again
nine times in more than three days. Then it is dead until somebody sends it again. Messages of one
webhook are sent one after the other. Different webhooks are served at the same time, so a dead
receiver delays nobody else. Each message keeps its own times, so a refused message does not hold up
later ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from resolver.errors import ResolverError, StoreError, UsageError
from resolver.feeds.transfer import (
    TransferLimits,
    check_address,
    network_rules,
    read_retry_after,
    send,
)
from resolver.hub.hub import Hub
from resolver.lists.io.remote_files import describe_url
from resolver.notices.making import describe_notices, owner_of_notices, viewer_of_owner
from resolver.records.visibility import OPERATOR, Viewer
from resolver.settings import Settings
from resolver.store import Store
from resolver.store.notices import Receiver, Subscription

_LIMITS = TransferLimits(max_bytes=1 << 16, seconds=10.0, stall_seconds=10.0, redirects=0)
_AT_ONCE = 16
"""Number of receivers that are served at the same time; more of them wait for one that is slow."""
_MAX_DIGEST = 500
"""Maximum number of notices in one digest; a longer mail says how many are left out."""


def sign_webhook(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()}"


def check_receiver(kind: str, address: str, settings: Settings) -> None:
    """Check the address of a new receiver. Raises `UsageError`, `InputError`."""
    if kind == "webhook":
        check_address(address, network_rules(settings))
        return
    local, at, host = address.rpartition("@")
    if not (local and at and host) or any(c.isspace() or c in "<>,;" for c in address):
        raise UsageError(f"{address[:60]!r} is no mail address", hint="write name@example.org")


@dataclass
class Deliverer:
    """Sends all due messages in threads of its own. `send_due` returns at once; `wait` ends when
    nothing is being sent.
    """

    hub: Hub
    settings: Settings
    _busy: dict[int, Future[None]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor | None = None

    def send_due(self) -> None:
        """Begin to send to all receivers that have something due. Raises `StoreError`."""
        self._busy = {number: work for number, work in self._busy.items() if not work.done()}
        for receiver in self.hub.store.notices.due_receivers():
            if receiver.number not in self._busy:
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notices")
                self._busy[receiver.number] = self._pool.submit(self._serve, receiver)

    def wait(self) -> None:
        """Wait until everything that was begun is sent or has failed."""
        for work in list(self._busy.values()):
            work.result()

    def rest(self) -> None:
        """End the threads if nothing is being sent. A process forks only while it has no other
        threads.
        """
        if self._pool is not None and all(work.done() for work in self._busy.values()):
            self._pool.shutdown(wait=True)
            self._pool = None

    def close(self) -> None:
        """Begin no further messages, and wait for the messages that are being sent."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _serve(self, receiver: Receiver) -> None:
        try:
            if receiver.kind == "mail":
                self._send_digest(receiver)
            else:
                self._send_messages(receiver)
        except ResolverError:
            # the database is not available: claimed messages are sent when it is back
            return

    def _send_messages(self, receiver: Receiver) -> None:
        """Send the messages of a webhook that are due, up to the first failure."""
        store = self.hub.store.notices
        while (claimed := store.claim(receiver)) is not None:
            delivery, notice = claimed
            shown = [] if notice is None else self._describe(receiver, [notice])
            if not shown:
                # the receiver may no longer see the notice
                store.settle(delivery)
                continue
            message_id = f"msg_{receiver.id[:16]}_{delivery.place}"
            error, retry_after = self._post(receiver, message_id, shown[0])
            store.settle(delivery, error, retry_after)
            if error:
                return

    def _describe(self, receiver: Receiver, rows: list[Any]) -> list[dict[str, Any]]:
        viewer = self._viewer(receiver)
        return describe_notices(self.hub.store, viewer, rows)

    @staticmethod
    def _viewer(receiver: Receiver) -> Viewer:
        if not receiver.owner:
            return OPERATOR
        return viewer_of_owner(receiver.agency, receiver.sender)

    def _post(
        self, receiver: Receiver, message_id: str, notice: Mapping[str, Any]
    ) -> tuple[str, float]:
        """Post one message. Return why sending failed (empty if it succeeded), and the seconds that
        the receiver asks to wait.
        """
        content = {"type": f"notice.{notice['kind']}", "timestamp": notice["at"], "data": notice}
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign_webhook(
                self.hub.store.notices.secret_of(receiver), message_id, timestamp, body
            ),
        }
        try:
            answer = send(
                receiver.address,
                body,
                rules=network_rules(self.settings),
                limits=_LIMITS,
                headers=headers,
            )
        except ResolverError as error:
            return error.message, 0.0
        if 200 <= answer.status < 300:
            return "", 0.0
        return f"the receiver answered {answer.status}", read_retry_after(answer.headers) or 0.0

    def _send_digest(self, receiver: Receiver) -> None:
        """Send the notices since the last digest, if there are any."""
        store = self.hub.store.notices
        rows = store.list(receiver.owner, after=receiver.last, limit=_MAX_DIGEST)
        last = rows[-1].place if rows else receiver.last
        shown = self._describe(receiver, rows)
        # noted before it is sent: if the worker is killed now, no second mail is sent
        if not store.settle_digest(receiver, last) or not shown:
            return
        try:
            _send_mail(self.settings, receiver.address, shown)
        except (OSError, smtplib.SMTPException, UsageError, ValueError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            for row in store.receivers(receiver.owner):
                if row.number == receiver.number:
                    # the notices come with the next digest
                    store.settle_digest(row, receiver.last, text)


def _send_mail(settings: Settings, address: str, notices: list[dict[str, Any]]) -> None:
    """Send a digest. Raises `OSError`, `SMTPException`, `UsageError`, `ValueError`."""
    server = urlsplit(settings.smtp or "")
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise UsageError("RESOLVER_SMTP names no mail server")
    message = EmailMessage()
    count = len(notices)
    message["Subject"] = f"{count} notice{'s' if count > 1 else ''} of the watchlist service"
    message["From"] = settings.mail_from or f"resolver@{server.hostname}"
    message["To"] = address
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=server.hostname)
    lines = [describe_line(notice) for notice in notices]
    if count >= _MAX_DIGEST:
        lines.append("More of them follow in the next digest.")
    message.set_content("\n".join([*lines, ""]))
    context = ssl.create_default_context()
    place, port, seconds = server.hostname, server.port or 0, _LIMITS.seconds
    with (
        smtplib.SMTP_SSL(place, port, timeout=seconds, context=context)
        if server.scheme == "smtps"
        else smtplib.SMTP(place, port, timeout=seconds)
    ) as smtp:
        if server.scheme == "smtp":
            # only the answer to this tells whether the server offers TLS
            smtp.ehlo()
            if smtp.has_extn("starttls"):
                smtp.starttls(context=context)
            elif server.username:
                raise UsageError("the mail server offers no TLS, and a password is set")
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


_PHRASES = {
    "born": "is new",
    "grew": "has new or changed records",
    "shrank": "lost records",
    "merged": "was merged into",
    "split": "was split, and a part is",
    "dissolved": "has no record any more",
    "revived": "is back",
    "decided": "was decided, together with",
    "joined": "has records of other agencies now",
    "checked": "was checked by",
    "many": "entities have changed",
    "hit_new": "is a new hit of",
    "hit_lost": "is no longer a hit of",
    "hit_returned": "is a hit again, as its evidence changed, of",
    "hit_changed": "is a hit in another band of",
    "contact_asked": "was asked about by",
    "contact_answered": "was answered by",
    "contact_refused": "was refused by",
    "contact_disclosed": "was disclosed by",
    "contact_due": "should be answered within days to",
    "contact_overdue": "was not answered in time; the other agency is",
}
"""What happened, as the desk, mails and commands say it."""


def describe_parts(notice: Mapping[str, Any]) -> dict[str, str]:
    """Return a notice as `name` of the entity, `what` happened and `target`, in words."""
    what = _PHRASES.get(notice["kind"], notice["kind"])
    if notice["kind"] == "many":
        return {"name": f"{notice['count']:,}", "what": what, "target": ""}
    target = notice["other_caption"] or notice["other"] or notice.get("by", "")
    if notice.get("subject"):
        target = f"{notice['subject']['name']} ({notice['subject']['id']})"
    elif notice["kind"].startswith("hit_"):
        target = "a subject that was erased"
    name = notice["caption"] or notice["entity"] or notice.get("reference", "")
    return {"name": name, "what": what, "target": target}


def describe_line(notice: Mapping[str, Any]) -> str:
    """Return a notice as one line of text."""
    parts = describe_parts(notice)
    is_named = notice["entity"] in ("", parts["name"])
    entity = "" if is_named else f" ({notice['entity']})"
    return f"{notice['at'][:16]} {parts['name']}{entity} {parts['what']} {parts['target']}".rstrip()


def operator_or_agency(agency: str) -> Viewer:
    """Return the viewer with whose rights a command reads and subscribes."""
    return viewer_of_owner(agency, "") if agency else OPERATOR


def list_subscriptions(url: str, owner: str) -> list[Subscription]:
    """Return the subscriptions of an owner in the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return store.notices.subscriptions(owner)


def unsubscribe(url: str, owner: str, subscription_id: str) -> None:
    """End a subscription of an owner in the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        store.notices.unsubscribe(owner, subscription_id)


def add_receiver(
    url: str, agency: str, kind: str, address: str, settings: Settings, hours: int
) -> tuple[str, str]:
    """Add a receiver of the notices of an agency (or of the operator); return its id, and the
    secret of a webhook. Raises `UsageError`, `InputError`, `StoreError`.
    """
    check_receiver(kind, address, settings)
    viewer = operator_or_agency(agency)
    with Store.open(url, create=False) as store:
        receiver, secret = store.notices.add_receiver(
            owner_of_notices(viewer),
            kind,
            address,
            agency=agency,
            sender="" if viewer == OPERATOR else viewer.name,
            hours=hours,
        )
    return receiver.id, secret


def list_receivers(url: str) -> list[dict[str, Any]]:
    """Return the receivers of the store at a URL as JSON, with the numbers of messages that wait
    and are dead. Raises `StoreError`.
    """
    with Store.open(url, create=False) as store:
        rows = []
        for receiver in store.notices.receivers():
            row: dict[str, Any] = {
                "id": receiver.id,
                "owner": receiver.owner,
                "kind": receiver.kind,
                "address": describe_url(receiver.address),
                "error": receiver.error,
            }
            if receiver.kind == "webhook":
                waiting = store.notices.deliveries(receiver, limit=10_000)
                states = [delivery.state for delivery in waiting]
                row |= {"waiting": states.count("waiting"), "dead": states.count("dead")}
                row["error"] = next((d.error for d in waiting if d.error), "")
            rows.append(row)
        return rows


def _find_receiver(store: Store, receiver_id: str) -> Receiver:
    for receiver in store.notices.receivers():
        if receiver.id == receiver_id:
            return receiver
    raise StoreError(f"there is no receiver {receiver_id[:60]!r}", hint="check the id")


def resend(url: str, receiver_id: str) -> int:
    """Send the messages that wait for a webhook, or are dead, now; return their number. Raises
    `StoreError`.
    """
    with Store.open(url, create=False) as store:
        return store.notices.resend(_find_receiver(store, receiver_id))


def remove_receiver(url: str, receiver_id: str) -> None:
    """Remove a receiver of the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        store.notices.remove_receiver(receiver_id)


def tell_checks(url: str, agency: str, *, tells: bool) -> None:
    """Set whether an agency lets owners of records know of its checks. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        store.notices.tell_checks(agency, tells=tells)
