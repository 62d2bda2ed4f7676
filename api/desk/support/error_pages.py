"""What goes wrong, as a page that says what happened and what to do."""

from __future__ import annotations

from typing import Any

import structlog
from flask import g, request
from werkzeug.exceptions import HTTPException

from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support.charts import ring
from resolver.api.errors import status_of
from resolver.errors import ResolverError
from resolver.review import ContradictionError, HiddenError, RefusedError

_LOG = structlog.get_logger("api")
_SAID = {
    400: ("The form could not be read.", "Go back and send it again."),
    404: ("There is nothing here.", "The address may be mistyped, or what it named is gone."),
    405: ("This address does not take that.", "Go back to the page you came from."),
    413: (
        "What was sent is too large.",
        "Send a smaller file, or hand it in with `resolver dedupe --store`.",
    ),
}


KEPT_TO_ITSELF = (
    "This holds records that their agency keeps to itself.",
    "Only its own people may decide on them; go on to the next pair.",
)


class Refused(Exception):  # noqa: N818 - it is no fault of anybody
    """A request that is not carried out: `status`, what happened, and what to do."""

    def __init__(self, status: int, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.status, self.what, self.mend = status, what, mend


def _problem(status: int, what: str, mend: str) -> Any:
    # the script shows the part in the page it has, and keeps what was typed there
    template = "_problem.html" if "X-Partial" in request.headers else "problem.html"
    return page(
        template, status=status, what=what, mend=mend, request_id=g.get("request_id", "")
    ), status


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Any:
    return _problem(error.status, error.what, error.mend)


@blueprint.errorhandler(HiddenError)
def _hidden(_: HiddenError) -> Any:
    return _problem(403, *KEPT_TO_ITSELF)


@blueprint.errorhandler(RefusedError)
def _not_decided(error: RefusedError) -> Any:
    """A decision that was not taken: what happened, and the ways on from there."""
    said = request.form
    fields = [
        (name, text)
        for name, texts in said.lists()
        for text in texts
        if name not in ("csrf", "over")
    ]
    settles = error if isinstance(error, ContradictionError) else None
    return page(
        "_refused.html" if "X-Partial" in request.headers else "refused.html",
        # it may begin with a name or an id
        what=f"{error.what}.",
        mend=f"{error.mend[:1].upper()}{error.mend[1:]}." if error.mend else "",
        pair=request.view_args or {},
        into=getattr(error, "into", ""),
        fields=fields,
        path=request.path if request.method == "POST" else "",
        contradiction=settles,
        ring=ring(settles.chain) if settles is not None else None,
    ), 409


@blueprint.errorhandler(ResolverError)
def _of_the_engine(error: ResolverError) -> Any:
    return _problem(status_of(error), *in_words(error))


@blueprint.errorhandler(HTTPException)
def _of_http(error: HTTPException) -> Any:
    status = error.code or 500
    what, mend = _SAID.get(status, (error.description or error.name, ""))
    return _problem(status, what, mend)


@blueprint.errorhandler(Exception)
def _unexpected(error: Exception) -> Any:
    # the message may hold what was asked; its kind and place do not
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    _LOG.error("failed", error=type(error).__name__, place=place)
    return _problem(
        500,
        "Something went wrong here.",
        "Nothing was changed. The log has it under this request's number.",
    )


def in_words(error: ResolverError) -> tuple[str, str]:
    """What an error of the engine means to somebody at the desk, and what to do."""
    said = error.line().lower()
    if "readonly" in said or "read-only" in said or "read only" in said:
        return (
            "The database is read-only: nothing can be changed now.",
            "Nothing was changed. You can go on looking; tell whoever runs the service.",
        )
    if "the service is still loading" in said:
        return "The service is still loading.", "Wait a few seconds, then load this page again."
    return (
        f"{error.what[:1].upper()}{error.what[1:]}.",
        f"{error.mend[:1].upper()}{error.mend[1:]}." if error.mend else "",
    )
