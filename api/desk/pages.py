"""Templates of the desk, and error pages, which say what happened and what to do next.

The desk's blueprint has its pages and static files. `render_page` gives a template the values that
every page may use.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import structlog
from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import HTTPException

from resolver.api.access import log_access
from resolver.api.desk import text_filters
from resolver.api.desk.charts import contradiction_ring
from resolver.api.errors import ApiError, http_status
from resolver.api.routes.watches import newest_notices
from resolver.api.service import current_service
from resolver.check.screener import IndexRevision
from resolver.errors import ResolverError
from resolver.hub.admin import UserRole
from resolver.review import ContradictionError, DecisionRefusedError, RetiredMeanwhileError


@dataclass(frozen=True, slots=True)
class MenuItem:
    """Item of the main menu: endpoint (without `desk.`), title, and the least role that sees it."""

    endpoint: str
    title: str
    min_role: UserRole = UserRole.VIEWER


MENU = (
    MenuItem("home", "Home"),
    MenuItem("queue", "Review"),
    MenuItem("search", "Search"),
    MenuItem("groups", "Networks"),
    MenuItem("batches", "Batches"),
    MenuItem("feeds", "Feeds"),
    MenuItem("screenings", "Screenings"),
    MenuItem("notices", "Notices"),
    MenuItem("contacts", "Contacts"),
    MenuItem("learning", "Learning"),
    MenuItem("erasures", "Erasures", UserRole.ADMIN),
    MenuItem("audit", "Audit log", UserRole.ADMIN),
    MenuItem("users", "Users", UserRole.ADMIN),
)
_MAX_UNREAD = 10
"""Unread notices that the menu counts at most; each is read, since some may no longer be seen."""
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "desk_theme"


def render_page(template: str, *, section: str = "", **context: Any) -> str:
    """Render a template of the desk, or a part of a page.

    `section` is the endpoint of the menu item to highlight. All values are escaped; a name that is
    missing from the context is an error.
    """
    session = g.get("session")
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return render_template(
        f"desk/{template}",
        user=None if session is None else session.user,
        session=session,
        csrf="" if session is None else session.csrf,
        theme=theme if theme in THEMES else "auto",
        themes=THEMES,
        asset_url=asset_url,
        Role=UserRole,
        menu=[] if session is None else _menu_of(session.user.role),
        # only pages with a menu call this; a part of a page has none
        count_unread=_count_unread,
        section=section,
        fmt=text_filters,
        page_url=request.full_path.rstrip("?"),
        **context,
    )


def _menu_of(role: UserRole) -> list[MenuItem]:
    if role is UserRole.AUDITOR:
        return [item for item in MENU if item.endpoint == "audit"]
    return [item for item in MENU if role >= item.min_role]


def _count_unread() -> str:
    """Return the number of unread notices of the user's agency as the menu shows it, or empty."""
    session = g.get("session")
    if session is None or not session.purpose or session.user.role is UserRole.AUDITOR:
        return ""
    try:
        count = len(newest_notices(_MAX_UNREAD, unread=True))
    except ResolverError:
        # the current page may be the page that explains why the store cannot be read
        return ""
    return f"{_MAX_UNREAD - 1}+" if count == _MAX_UNREAD else str(count or "")


def sign_message(text: str) -> str:
    """Return a message for the next page of this session, to be sent as a part of its address."""
    return f"{_message_code(text)}.{text}"


def signed_message(name: str = "done") -> str:
    """Return the message in a part of the address, or an empty text.

    Only messages that the desk made for this session are shown: anybody can send a link with
    another text in it.
    """
    code, _, text = request.args.get(name, "").partition(".")
    is_signed = hmac.compare_digest(code.encode(), _message_code(text).encode())
    return text if is_signed else ""


def _message_code(text: str) -> str:
    secret = "" if g.session is None else g.session.csrf
    return hmac.new(f"message {secret}".encode(), text.encode(), "sha256").hexdigest()[:32]


@cache
def asset_url(name: str) -> str:
    """Return the address of a static file; it changes with the content of the file."""
    content = (resources.files("resolver.api") / "static" / name).read_bytes()
    return f"/desk/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


blueprint = Blueprint("desk", __name__, static_folder="../static", static_url_path="/desk/static")


PARTIAL_HEADER = "X-Partial"
"""Header with which the script asks for a part of a page."""
_STATUS_TEXTS = {
    400: ("The form could not be read.", "Go back and send it again."),
    404: (
        "There is nothing here.",
        "The address may be mistyped, or the page it led to is gone.",
    ),
    405: ("This address does not accept that.", "Go back to the page you came from."),
    413: (
        "The file or form is too large.",
        "Send it in several parts, or ask the operator of the service to load it.",
    ),
}
_COMMAND = re.compile(r"`|(^|\s)--\w|\bresolver [a-z]")
"""Marks of commands in hints."""
_LOG = structlog.get_logger("api")


class DeskError(Exception):
    """Refused request: HTTP `status`, `message` (what happened) and `advice` (what to do)."""

    def __init__(self, status: int, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.advice = status, message, advice


def describe_error(error: ResolverError) -> tuple[str, str]:
    """Return two sentences for a user of the desk about an error: what happened, and what to do."""
    line = error.line().lower()
    if "readonly" in line or "read-only" in line or "read only" in line:
        return (
            "The database is read-only: nothing can be changed now.",
            "Nothing was changed. You can still read everything; tell the operator of the service.",
        )
    if "the service is still loading" in line:
        return _sentence(error.message), "Load this page again in a moment."
    return _sentence(error.message), _advice(error.hint)


def _advice(hint: str) -> str:
    """Return a hint as a sentence; users of a desk cannot follow a hint that names a command."""
    if _COMMAND.search(hint):
        return "Tell the operator of the service."
    return _sentence(hint)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _error_page(status: int, message: str, advice: str) -> tuple[str, int]:
    # the script shows the part within its page, so that typed text is not lost
    is_partial = PARTIAL_HEADER in request.headers
    text = render_page(
        "_problem.html" if is_partial else "problem.html",
        status=status,
        message=message,
        advice=advice,
        request_id=g.get("request_id", ""),
    )
    return text, status


@blueprint.errorhandler(DeskError)
def _show_desk_error(error: DeskError) -> tuple[str, int]:
    return _error_page(error.status, error.message, error.advice)


@blueprint.errorhandler(DecisionRefusedError)
def _show_refused_decision(error: DecisionRefusedError) -> tuple[str, int]:
    """Return a page with the possible next steps after a decision that was not carried out."""
    contradiction = error if isinstance(error, ContradictionError) else None
    if contradiction is not None:
        _log_contradiction(contradiction)
    text = render_page(
        "_refused.html" if PARTIAL_HEADER in request.headers else "refused.html",
        # a message may begin with a name or an id, which keep their case
        message=f"{error.message}.",
        advice=_advice(error.hint),
        pair=request.view_args or {},
        successor=error.successor if isinstance(error, RetiredMeanwhileError) else "",
        fields=_decision_fields(),
        path=request.path if request.method == "POST" else "",
        contradiction=contradiction,
        ring=contradiction_ring(contradiction.chain) if contradiction is not None else None,
    )
    return text, 409


def _log_contradiction(error: ContradictionError) -> None:
    """Log that the records of earlier decisions are shown."""
    record_ids = sorted({end for tie in error.chain for end in (tie.left_record, tie.right_record)})
    revision = IndexRevision(current_service().hub.store.revision, "")
    log_access("contradiction", dict(request.view_args or {}), {"seen": record_ids}, revision)


def _decision_fields() -> list[tuple[str, str]]:
    """Return the fields of the form, to be sent again with another choice."""
    return [
        (name, text)
        for name, texts in request.form.lists()
        for text in texts
        if name not in ("csrf", "over")
    ]


@blueprint.errorhandler(ApiError)
def _show_refused_request(error: ApiError) -> tuple[str, int]:
    """Return a page about a part of the address or form that is no number, is too long or has
    another fault.
    """
    return _error_page(error.status, _sentence(error.detail), "Correct the address, or go back.")


@blueprint.errorhandler(ResolverError)
def _show_engine_error(error: ResolverError) -> tuple[str, int]:
    return _error_page(http_status(error), *describe_error(error))


@blueprint.errorhandler(HTTPException)
def _show_http_error(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    message, advice = _STATUS_TEXTS.get(status, (error.description or error.name, ""))
    return _error_page(status, message, advice)


@blueprint.errorhandler(Exception)
def _show_unexpected_error(error: Exception) -> tuple[str, int]:
    # the message may hold values of the request; the type and place of the error do not
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    _LOG.error("failed", error=type(error).__name__, place=place)
    return _error_page(
        500,
        "Something went wrong here.",
        "Nothing was changed. The operator finds the error in the log under this request’s number.",
    )
