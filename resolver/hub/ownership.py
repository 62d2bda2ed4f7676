"""Who sends records, and what they may change: sources belong to whoever first sent them, or to whom a command gives
them.

An agency's key may add to, change and withdraw what its agency's sources say. A key or user of no agency keeps what it
first sent under its own name. What an operator loads by command is the hub's: only keys of scope `admin` may change it,
until a command binds it to an agency (`resolver sources set`). A handling code is loosened, or taken to another
agency, by the agency that it names alone, and by admins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resolver.errors import OwnerError
from resolver.hub.list_updates import Update
from resolver.ingest.reader_types import Intake
from resolver.records import Handling
from resolver.records.packing import unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.visibility import RULES, Viewer
from resolver.store import Source, View

_CODES = tuple(RULES)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends records: their name and agency, and whether they may change what is not theirs (`may_all`)."""

    name: str = ""
    agency: str = ""
    may_all: bool = True

    @classmethod
    def of(cls, viewer: Viewer) -> Sender:
        """Whoever asks; without a name it is somebody on this machine while no keys are asked for."""
        return cls(viewer.name, viewer.agency, not viewer.name or "admin" in viewer.scopes)

    @property
    def owner(self) -> tuple[str, str]:
        """The agency that what is first sent belongs to, and who keeps it where there is none."""
        return self.agency, "" if self.agency or self.may_all else self.name

    def owns(self, source: Source) -> bool:
        """Whether a source is theirs."""
        if source.agency or self.agency:
            return source.agency == self.agency
        return bool(self.name) and source.keeper == self.name


HUB = Sender()
"""Whoever works on the store itself."""


def sources_of(intake: Intake) -> set[str]:
    """The sources that an intake says something of: by a record, or by a list without any."""
    return {name for info in intake.lists for name in info.sources} | set(
        intake.batch.sources.values.to_pylist()
    )


def check_sources(view: View, names: Iterable[str], sender: Sender) -> None:
    """Raises `OwnerError` where one of some sources is somebody else's."""
    if sender.may_all:
        return
    known = {source.name: source for source in view.sources()}
    for name in sorted(names):
        if name in known and not sender.owns(known[name]):
            raise not_theirs(name, sender)


def not_theirs(name: str, sender: Sender) -> OwnerError:
    """A source is not a sender's."""
    return OwnerError(
        f"the source {name!r} is not of {sender.agency or sender.name}",
        mend="send it under another name, or have it bound to your agency with `resolver sources set`",
    )


def check_handling(view: View, update: Update, sender: Sender) -> None:
    """Raises `OwnerError` where an update frees a record that another agency has closed."""
    if sender.may_all or not update.superseded:
        return
    column = update.fresh.columns.get(HANDLING)
    said: dict[str, Handling] = {}
    if column is not None:
        texts = column.values.to_pylist()
        ids = update.fresh.ids.take(column.rows).to_pylist()
        said = {
            one: unpack_handling(texts[code])
            for one, code in zip(ids, column.codes.tolist(), strict=True)
        }
    check_codes(view, update.superseded, said, sender)


def check_codes(
    view: View, superseded: Mapping[str, int], said: Mapping[str, Handling], sender: Sender
) -> None:
    """The same, of records whose present versions have these numbers; `said`: how the new ones are handled (absent:
    freely)."""
    if sender.may_all:
        return
    for one in view.handled(sorted(superseded.values())):
        old, new = one.record.handling, said.get(one.record.id, Handling())
        if (
            old.agency
            and old.agency != sender.agency
            and (_rank(new) < _rank(old) or new.agency != old.agency)
        ):
            raise OwnerError(
                f"the record {one.record.id} is handled as {old.code} by another agency, which alone may loosen that",
                mend="send it with the same handling code and agency",
            )


def _rank(handling: Handling) -> int:
    """How closed a record is; a code that nobody knows is read as the last."""
    return _CODES.index(handling.code) if handling.code in _CODES else len(_CODES)
