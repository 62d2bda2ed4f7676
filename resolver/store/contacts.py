"""Contacts: requests to the agencies behind sources that answer "hit: contact AGENCY, reference R".

A reference names a record to one asker, and tells nothing of it: it is a hash of the id of the
record, encrypted with AES-128. The key is derived from the secret of the store and the asker. So
the same asker gets the same reference for the same record, can quote it, and cannot compare it with
another asker's. The store decrypts a reference to find its record, so the time that this takes does
not depend on how many records a source has.

A request is a case. It is `ASKED` until somebody of the agency that owns the record has answered it
(`ANSWERED`, in words), refused it (`REFUSED`), or disclosed the record to the agency of the asker
(`DISCLOSED`, for good or until a day). Both agencies get notices of it: of the request, of the
answer, and a reminder when the deadline is near.

How many queries contact sources answer on one day is limited for each person and for each agency,
over all of its keys and users. All queries count that such sources are asked, whether or not there
is a hit, so the limit tells nothing of the records.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from resolver.errors import InputError, UnknownIdError
from resolver.store.bulk_rows import insert_or_update
from resolver.store.database import read_transaction, translate_errors, utc_text, write_transaction
from resolver.store.notices import Notice, insert_notices
from resolver.store.schema import contact_cases, contact_queries, meta

MAX_TEXT = 2_000
"""Maximum number of characters in a question or an answer."""
MAX_DAYS = 365
"""Maximum number of days that a deadline may be away."""
DEFAULT_DAYS = 14
"""Number of days until a request should be answered, where the asker names no other deadline."""
_REMINDED_BEFORE = datetime.timedelta(days=3)
"""Time before the deadline from which on the agency is reminded, once."""
_TAG_BYTES, _BLOCK_BYTES = 8, 16
"""Bytes of the hash of a record id, and of the block that is encrypted. The rest of the block is
zero, which tells a reference from a guess: one guess in 2**64 would pass.
"""


class ContactState(StrEnum):
    """State of a request."""

    ASKED = "asked"
    ANSWERED = "answered"
    REFUSED = "refused"
    DISCLOSED = "disclosed"


@dataclass(frozen=True, slots=True)
class ContactCase:
    """Request to the agency `owner` about the record behind a reference.

    `asker` is the agency that asks, or the person without one (`asker_of`). Times are UTC texts;
    `due` is the deadline, and `until` the end of a disclosure (empty: for good).
    """

    number: int
    id: str
    reference: str
    record_id: str
    owner: str
    asker: str
    asked_by: str
    question: str
    state: ContactState
    asked: str
    due: str
    answered_by: str
    answered: str
    answer: str
    until: str
    reminded: str

    def is_disclosed(self) -> bool:
        """Return whether the asker may see the record now."""
        is_over = bool(self.until) and self.until <= utc_text()
        return self.state is ContactState.DISCLOSED and not is_over

    def is_overdue(self, now: str = "") -> bool:
        """Return whether the deadline has passed without an answer."""
        return self.state is ContactState.ASKED and self.due <= (now or utc_text())


_CASE = [contact_cases.c[name] for name in ContactCase.__slots__]


def record_tag(record_id: str) -> int:
    """Return a 64-bit hash of the id of a record, which its references hold."""
    digest = hashlib.sha256(record_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:_TAG_BYTES], "big")


def contact_reference(secret: str, asker: str, record_id: str) -> str:
    """Return the reference by which an asker knows a record."""
    block = record_tag(record_id).to_bytes(_TAG_BYTES, "big").ljust(_BLOCK_BYTES, b"\0")
    encryptor = _reference_cipher(secret, asker).encryptor()
    return _reference_text(encryptor.update(block))


REFERENCE = re.compile(r"R-[A-Z2-7]{26}")
"""How a reference looks."""


def read_reference(secret: str, asker: str, reference: str) -> int | None:
    """Return the `record_tag` that a reference of an asker holds; None for a text that the asker
    was not given.
    """
    try:
        block = base64.b32decode(reference.removeprefix("R-") + "=" * 6)
    except ValueError:
        return None
    if len(block) != _BLOCK_BYTES or _reference_text(block) != reference:
        return None
    plain = _reference_cipher(secret, asker).decryptor().update(block)
    return None if any(plain[_TAG_BYTES:]) else int.from_bytes(plain[:_TAG_BYTES], "big")


def _reference_text(block: bytes) -> str:
    return f"R-{base64.b32encode(block).decode().rstrip('=')}"


def _reference_cipher(secret: str, asker: str) -> Cipher[modes.ECB]:
    """Return the cipher of the references of an asker. Each encrypts a single block, and equal
    records shall get equal references, which is what ECB does.
    """
    key = hmac.digest(
        secret.encode(), f"contact\x1f{asker}".encode("utf-8", "surrogatepass"), "sha256"
    )
    return Cipher(algorithms.AES(key[:_BLOCK_BYTES]), modes.ECB())


@dataclass(frozen=True, slots=True)
class ContactCases:
    """Requests of a store, and the numbers of queries that contact sources were asked."""

    engine: Engine

    def ask(
        self,
        reference: str,
        record_id: str,
        *,
        owner: str,
        asker: str,
        who: str,
        question: str,
        days: int = DEFAULT_DAYS,
    ) -> ContactCase:
        """Ask an agency about one of its records, and tell the agency by a notice.

        Raises `InputError` for an empty or too long question, a deadline out of range, and a
        reference that the asker has an open request for.
        """
        question = _read_text(question, "a question")
        if not 1 <= days <= MAX_DAYS:
            raise InputError(
                f"a deadline is 1 to {MAX_DAYS} days away, not {days}", hint="give the days"
            )
        now = datetime.datetime.now(datetime.UTC)
        values = {
            "id": uuid.uuid4().hex,
            "reference": reference,
            "record_id": record_id,
            "owner": owner,
            "asker": asker,
            "asked_by": who,
            "question": question,
            "state": str(ContactState.ASKED),
            "asked": utc_text(now),
            "due": utc_text(now + datetime.timedelta(days=days)),
            **dict.fromkeys(("answered_by", "answered", "answer", "until", "reminded"), ""),
        }
        is_open = (
            contact_cases.c.reference == reference,
            contact_cases.c.asker == asker,
            contact_cases.c.state == str(ContactState.ASKED),
        )
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            found = connection.execute(select(contact_cases.c.id).where(*is_open)).first()
            if found is not None:
                raise InputError(
                    f"you have asked about {reference} already",
                    hint=f"wait for the answer to the request {found.id}",
                )
            connection.execute(insert(contact_cases).values(**values))
            case = _find(connection, values["id"])
            _notify(connection, f"agency {owner}", "contact_asked", case)
        return case

    def answer(
        self, case_id: str, state: ContactState, answer: str, *, who: str, until: str = ""
    ) -> ContactCase:
        """Answer a request: in words, by refusing it, or by disclosing the record until a UTC text
        (empty: for good). A request that was answered can be answered again, which ends a
        disclosure.

        Raises `InputError`; `UnknownIdError` for an unknown request.
        """
        if state is ContactState.ASKED:
            raise InputError(
                "a request cannot be asked again",
                hint=f"use {ContactState.ANSWERED}, {ContactState.REFUSED} or"
                f" {ContactState.DISCLOSED}",
            )
        if until and state is not ContactState.DISCLOSED:
            raise InputError("only a disclosure ends on a day", hint="leave the day out")
        if until and until <= utc_text():
            raise InputError("a disclosure ends after today", hint="give a later day")
        values = {
            "state": str(state),
            "answer": _read_text(answer, "an answer", may_be_empty=True),
            "answered_by": who,
            "answered": utc_text(),
            "until": until,
        }
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            _find(connection, case_id)
            changed = update(contact_cases).where(contact_cases.c.id == case_id)
            connection.execute(changed.values(**values))
            case = _find(connection, case_id)
            _notify(connection, case.asker, f"contact_{state}", case)
        return case

    def get(self, case_id: str) -> ContactCase:
        """Return a request. Raises `UnknownIdError` for an unknown id."""
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return _find(connection, case_id)

    def list(self, limit: int, *, owner: str = "", asker: str = "") -> Sequence[ContactCase]:
        """Return the newest requests to an agency or from an asker, the newest first; of all
        agencies if neither is given.
        """
        query = select(*_CASE).order_by(contact_cases.c.number.desc()).limit(limit)
        own: list[ColumnElement[bool]] = []
        if owner:
            own.append(contact_cases.c.owner == owner)
        if asker:
            own.append(contact_cases.c.asker == asker)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            rows = connection.execute(query.where(or_(*own)) if own else query)
            return [_case(row) for row in rows]

    def remind(self) -> int:
        """Remind agencies of requests whose deadline is near, and tell askers about requests that
        were not answered in time; each is told once. Return the number of notices. Workers call it.
        """
        now = datetime.datetime.now(datetime.UTC)
        near, is_due = utc_text(now + _REMINDED_BEFORE), contact_cases.c.due
        query = select(*_CASE).where(
            contact_cases.c.state == str(ContactState.ASKED),
            or_(
                (is_due <= near) & (contact_cases.c.reminded == ""),
                (is_due <= utc_text(now)) & (contact_cases.c.reminded == _NEAR),
            ),
        )
        with translate_errors(self.engine):
            with read_transaction(self.engine) as connection:
                if connection.execute(query.limit(1)).first() is None:
                    return 0
            with write_transaction(self.engine) as connection:
                rows = [_case(row) for row in connection.execute(query)]
                for case in rows:
                    is_over = case.due <= utc_text(now)
                    kind = "contact_overdue" if is_over else "contact_due"
                    _notify(connection, f"agency {case.owner}", kind, case)
                    if is_over:
                        _notify(connection, case.asker, kind, case)
                    row = update(contact_cases).where(contact_cases.c.number == case.number)
                    connection.execute(row.values(reminded=_OVER if is_over else _NEAR))
        return len(rows)

    def count_queries(
        self, asker: str, person: str, count: int, *, of_person: int, of_asker: int
    ) -> bool:
        """Count queries of a person of an asker on this day; return whether they are within both
        limits. Queries beyond a limit do not count. Counts of earlier days are deleted.
        """
        if count > min(of_person, of_asker):
            return False
        day, c = utc_text()[:10], contact_queries.c
        is_today = (c.day == day) & (c.asker == asker)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(delete(contact_queries).where(c.day < day))
            counted = select(func.coalesce(func.sum(c["count"]), 0)).where(is_today)
            if int(connection.execute(counted).scalar_one()) + count > of_asker:
                return False
            # one statement, since on PostgreSQL another process may count at the same time
            own = insert_or_update(
                self.engine.dialect.name,
                contact_queries,
                {"day": day, "asker": asker, "person": person, "count": count},
                ("day", "asker", "person"),
                {"count": c["count"] + count},
                c["count"] + count <= of_person,
            )
            return bool(connection.execute(own).rowcount)

    def secret(self) -> str:
        """Return the secret of the store that references are made with."""
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return str(connection.execute(select(meta.c.id_secret)).scalar_one())


_NEAR, _OVER = "near", "over"
"""What an agency was reminded of."""


def _read_text(text: str, what: str, *, may_be_empty: bool = False) -> str:
    text = text.strip()
    if "\x00" in text or len(text) > MAX_TEXT or not (text or may_be_empty):
        raise InputError(
            f"{what} has 1 to {MAX_TEXT:,} characters, without NUL",
            hint="say for what you need to know it",
        )
    return text


def _case(row: Any) -> ContactCase:
    values: Mapping[str, Any] = row._mapping
    return ContactCase(**{**values, "state": ContactState(values["state"])})


def _find(connection: Connection, case_id: str) -> ContactCase:
    row = connection.execute(select(*_CASE).where(contact_cases.c.id == case_id)).first()
    if row is None:
        raise UnknownIdError("there is no such request", hint="see the list of requests")
    return _case(row)


def _notify(connection: Connection, owner: str, kind: str, case: ContactCase) -> None:
    """Tell an owner of notices of a case; only by its reference and the other agency."""
    is_asker = owner == case.asker
    by = case.owner if is_asker else case.asker.partition(" ")[2]
    detail = {"by": by, "reference": case.reference, "case": case.id}
    revision = int(connection.execute(select(func.max(meta.c.version))).scalar_one())
    notice = Notice(0, 0, revision, utc_text(), kind, "", "", "", detail)
    insert_notices(connection, owner, [notice])
