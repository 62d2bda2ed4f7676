"""Requests to the agencies behind sources that answer with a contact.

An answer of a check, a search or a graph names an agency and a reference. The caller who got the
answer quotes the reference in a request to the agency. The agency answers in words, refuses, or
discloses the record to the agency that asked. A disclosed record is shown with its request and
nowhere else. No other answer depends on it.

Which records are hits is found by `resolver.check.contacts`. Requests and limits are rows of the
store (`resolver.store.contacts`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from resolver.check.screener import Screener
from resolver.errors import InputError, OwnerError, UnknownIdError
from resolver.records import Record, concat
from resolver.records.visibility import Viewer, is_visible, may_read_all, owner_of
from resolver.screening import list_stated_values
from resolver.store import ContactCase as ContactCase
from resolver.store import ContactState, Store, read_reference, utc_text
from resolver.store.contacts import DEFAULT_DAYS as DEFAULT_DAYS
from resolver.store.contacts import MAX_DAYS as MAX_DAYS
from resolver.store.contacts import MAX_TEXT as MAX_TEXT

STATES = tuple(map(str, ContactState))
ANSWERS = tuple(state for state in STATES if state != ContactState.ASKED)
"""Answers that an agency can give to a request."""


def is_owner(case: ContactCase, viewer: Viewer) -> bool:
    """Return whether a request is for the viewer's agency to answer; admins may, too."""
    return may_read_all(viewer) or bool(viewer.agency and viewer.agency == case.owner)


def list_cases(store: Store, viewer: Viewer, limit: int) -> list[ContactCase]:
    """Return the newest requests that the viewer's agency was sent or has sent, the newest
    first.
    """
    if may_read_all(viewer):
        return list(store.contacts.list(limit))
    if not viewer.name:
        return []
    return list(store.contacts.list(limit, owner=viewer.agency, asker=owner_of(viewer)))


def find_case(store: Store, viewer: Viewer, case_id: str) -> ContactCase:
    """Return a request that the viewer's agency was sent or has sent. Raises `UnknownIdError`."""
    case = store.contacts.get(case_id)
    if is_owner(case, viewer) or (viewer.name and case.asker == owner_of(viewer)):
        return case
    raise UnknownIdError("there is no such request", hint="see the list of requests")


def describe_case(
    store: Store, viewer: Viewer, case: ContactCase, *, with_record: bool = False
) -> dict[str, Any]:
    """Return a request as JSON.

    `with_record`: with the values of the record as it is now, if the viewer may see them. The
    agency that was asked sees them while the record is visible to it. The agency that has asked
    sees a disclosed record while it still belongs to the agency that disclosed it.
    """
    described: dict[str, Any] = {
        "id": case.id,
        "reference": case.reference,
        "agency": case.owner,
        "asker": case.asker.partition(" ")[2],
        "asked_by": case.asked_by,
        "question": case.question,
        "state": str(case.state),
        "asked": case.asked,
        "due": case.due,
        "answered_by": case.answered_by,
        "answered": case.answered,
        "answer": case.answer,
        "until": case.until,
        "is_overdue": case.is_overdue(),
        "is_ours": is_owner(case, viewer),
    }
    if with_record and (is_owner(case, viewer) or case.is_disclosed()):
        record = _read_record(store, case.record_id)
        if record is not None and (
            is_visible(record.handling, viewer)
            or (case.is_disclosed() and record.handling.agency == case.owner)
        ):
            described["record"] = {
                "id": record.id,
                "schema": record.schema,
                "datasets": [record.source],
                "properties": list_stated_values(record),
            }
    return described


def ask_agency(
    screener: Screener, viewer: Viewer, reference: str, question: str, days: int
) -> ContactCase:
    """Ask the agency behind a reference. Raises `InputError`; `UnknownIdError` for a reference that
    the viewer's agency was not given, or whose record is gone.
    """
    cases, reference = screener.store.contacts, reference.strip()
    tag = read_reference(cases.secret(), owner_of(viewer), reference)
    contact = None if tag is None else screener.contacts.find_tagged(viewer, tag)
    if contact is None:
        raise UnknownIdError(
            "your agency has no such reference", hint="copy it from the answer that named it"
        )
    return cases.ask(
        reference,
        contact.record_id,
        owner=contact.agency,
        asker=owner_of(viewer),
        who=viewer.name,
        question=question,
        days=days,
    )


def answer_case(
    store: Store, viewer: Viewer, case: ContactCase, state: str, answer: str, until: str
) -> ContactCase:
    """Answer a request to the viewer's agency; `until` is a day or empty. Raises `InputError`;
    `OwnerError` for a request to another agency.
    """
    if not is_owner(case, viewer):
        raise OwnerError(f"only {case.owner} answers this request", hint="wait for its answer")
    if state not in ANSWERS:
        raise InputError(f"{state[:40]!r} is no answer", hint=f"use one of {', '.join(ANSWERS)}")
    return store.contacts.answer(
        case.id, ContactState(state), answer, who=viewer.name, until=_read_day(until)
    )


def _read_record(store: Store, record_id: str) -> Record | None:
    """Return the present version of a record, whoever may see it; None if there is none any
    more.
    """
    with store.view() as view:
        numbers = view.numbers_of([record_id]).get(record_id, ())
        batch = concat([part.batch for part in view.batches_of(np.array(numbers[:1], np.int64))])
    return next(iter(batch.to_records()), None)


def _read_day(text: str) -> str:
    """Return the end of a day as a UTC text; empty for an empty text. Raises `InputError`."""
    if not text.strip():
        return ""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
        return utc_text(day + timedelta(days=1))
    except (ValueError, OverflowError):
        raise InputError(f"{text[:40]!r} is no day", hint="write one like 2027-06-30") from None
