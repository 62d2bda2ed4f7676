"""Ownership of sources: a source belongs to the owner that first sent it, or to which a command
gave it.

A source belongs to the agency that first sends it a record which everybody may see, so the owner of
a name reveals nothing about hidden records. Until then, agencies that see no record of other
agencies in the source may all use the name, each for its own records. Restricted records stay with
their agency, whoever gets the name. An agency's key may add to, change and withdraw its agency's
sources. If a key or user without an agency is the first to send a source, it keeps the source under
its own name. Sources that an operator loads by command belong to the hub. Only keys of scope
`admin` may change them, until a command binds them to an agency (`resolver sources set`). The
agency that a handling names, and admins, may loosen its code or give it to another agency.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np

from resolver.errors import InputError, OwnerError
from resolver.hub.list_updates import ListUpdate, build_list_update, build_withdrawal
from resolver.lists.formats.tabular import table_reader
from resolver.lists.formats.tabular.guessed_mapping import source_name
from resolver.lists.reader_types import Intake
from resolver.records import Batch, Handling, visibility
from resolver.records.packing import unpack_handling
from resolver.records.properties import HANDLING
from resolver.store import Acceptance, Store, StoredSource, StoreView

_MAX_VERSIONS = 20_000
"""Number of the newest versions of another owner's source from which the program sees whether the
sender knows the source; each refused post reads them.
"""


@dataclass(frozen=True, slots=True)
class RecordOwner:
    """Owner of records: name and agency. With `may_change_all`, it may also change records of
    others.
    """

    name: str = ""
    agency: str = ""
    may_change_all: bool = True

    @classmethod
    def of_viewer(cls, viewer: visibility.Viewer) -> RecordOwner:
        """Return the owner for whom a viewer acts; a viewer without a name is the local
        operator.
        """
        return cls(viewer.name, viewer.agency, not viewer.name or "admin" in viewer.scopes)

    @property
    def viewer(self) -> visibility.Viewer:
        """Viewer who sees what every key and user of this owner may see."""
        return visibility.Viewer(
            self.name, self.agency, frozenset({"admin" if self.may_change_all else "submit"})
        )

    @property
    def new_source_owner(self) -> tuple[str, str]:
        """Agency to which a new source belongs, and its keeper if there is no agency."""
        return self.agency, "" if self.agency or self.may_change_all else self.name

    def owns(self, source: StoredSource) -> bool:
        """Return whether a source belongs to this owner."""
        if source.agency or self.agency:
            return source.agency == self.agency
        return bool(self.name) and source.keeper == self.name


HUB_OWNER = RecordOwner()
"""Owner that works on the store itself."""


def intake_sources(intake: Intake) -> set[str]:
    """Return the sources of an intake: the sources of its records, and of lists without any
    record.
    """
    return {name for info in intake.lists for name in info.sources} | set(
        intake.batch.sources.values.to_pylist()
    )


def build_owned_update(
    view: StoreView, intake: Intake, owner: RecordOwner, acceptance: Acceptance | None = None
) -> ListUpdate:
    """Return the update of an intake that was accepted some time ago, or now.

    Raises `OwnerError` if the owner may not make this change.
    """
    names = intake_sources(intake)
    guests = check_source_owner(view, names, owner)
    agencies = dict.fromkeys(names, owner.agency)

    def choose_own(numbers: Mapping[str, int]) -> dict[str, int]:
        """Return the records that the owner may withdraw: no list withdraws records of another
        agency, or records of a source in which the owner is a guest.
        """
        if owner.may_change_all:
            return dict(numbers)
        others = _find_others(view, numbers, owner)
        own = _find_own(view, numbers, owner) if guests else set()
        return {
            end: number
            for end, number in numbers.items()
            if end not in others and (end in own or end.partition(":")[0] not in guests)
        }

    update = build_list_update(view, intake, acceptance, guests, agencies, choose_own, owner.viewer)
    check_update_handling(view, update, owner)
    check_guest_records(view, update.superseded, guests, owner)
    for name in sorted(guests):
        is_source = [name == end.partition(":")[0] for end in update.fresh.ids.to_pylist()]
        rows = np.flatnonzero(is_source)
        if not find_public_sources(update.fresh.take(rows)).isdisjoint(guests):
            raise ownership_error(name, owner)
    return update


def build_owned_withdrawal(view: StoreView, ids: Sequence[str], owner: RecordOwner) -> ListUpdate:
    """Return the withdrawal of records. Raises `OwnerError` if the owner may not make this
    change.
    """
    guests = check_source_owner(view, {record_id.partition(":")[0] for record_id in ids}, owner)
    update = build_withdrawal(view, ids)
    others = set() if owner.may_change_all else _find_others(view, update.withdrawn, owner)
    own = _find_own(view, update.withdrawn, owner) if guests else set()
    for record_id in ids:
        source = record_id.partition(":")[0]
        if record_id in others or (source in guests and record_id not in own):
            raise ownership_error(source, owner)
    return update


def check_guest_records(
    view: StoreView, numbers: Mapping[str, int], guests: Collection[str], owner: RecordOwner
) -> None:
    """Raise `OwnerError` if a stored record, found by id, of the `guests` (`check_source_owner`)
    does not belong to the owner: in a source of others an owner changes only records of its own
    agency.
    """
    if guests:
        own = _find_own(view, numbers, owner)
        for source in sorted({end.partition(":")[0] for end in numbers if end not in own}):
            if source in guests:
                raise ownership_error(source, owner)


def check_source_owner(view: StoreView, names: Iterable[str], owner: RecordOwner) -> frozenset[str]:
    """Return the sources that belong to others but have restricted records of the owner; the owner
    may send only restricted records to them.

    Raises `OwnerError` if a source belongs to another owner: a command has bound it, or it has or
    had a record of others that this owner may see.
    """
    if owner.may_change_all:
        return frozenset()
    sources = {source.name: source for source in view.sources()}
    guests = set()
    for name in sorted(names):
        if name not in sources or owner.owns(sources[name]):
            continue
        source = sources[name]
        has_own, sees_others = _look_into(view, source, owner)
        if sees_others or source.agency or source.keeper:
            if not has_own:
                raise ownership_error(name, owner)
            guests.add(name)
    return frozenset(guests)


def _look_into(view: StoreView, source: StoredSource, owner: RecordOwner) -> tuple[bool, bool]:
    """Look at the newest versions of a source. Return two answers: whether the source has or had a
    restricted record of the owner's agency, and whether it has or had a record of others that the
    owner may see.
    """
    versions = view.newest_versions(source, _MAX_VERSIONS)
    handling = view.handling_of(sorted(versions))
    own = {
        number
        for number, stated in handling.items()
        if stated.code != "H0" and stated.agency == owner.agency != ""
    }
    sees_others = any(
        visibility.is_visible(handling.get(number, Handling()), owner.viewer)
        for number in versions
        if number not in own
    )
    return bool(own), sees_others


def _find_others(view: StoreView, numbers: Mapping[str, int], owner: RecordOwner) -> set[str]:
    """Return the records, by id, whose handling names another agency."""
    handling = view.handling_of(sorted(numbers.values()))
    return {
        record_id
        for record_id, number in numbers.items()
        if handling.get(number, Handling()).agency not in ("", owner.agency)
    }


def _find_own(view: StoreView, numbers: Mapping[str, int], owner: RecordOwner) -> set[str]:
    """Return the records, by id, whose handling names the owner's agency."""
    handling = view.handling_of(sorted(numbers.values()))
    return {
        record_id
        for record_id, number in numbers.items()
        if handling.get(number, Handling()).agency == owner.agency != ""
    }


def find_public_sources(batch: Batch) -> set[str]:
    """Return the sources of a batch with a record that everybody may see."""
    return set(visibility.visible_records(batch, visibility.STRANGER).sources.texts())


def ownership_error(name: str, owner: RecordOwner) -> OwnerError:
    """Return the error that a source does not belong to an owner."""
    return OwnerError(
        f"the source {name!r} does not belong to {owner.agency or owner.name}",
        hint="send it under another name, or have it bound to your agency with "
        "`resolver sources set`",
    )


def check_update_handling(view: StoreView, update: ListUpdate, owner: RecordOwner) -> None:
    """Raise `OwnerError` if an update names another agency in the handling of its records, or
    loosens the handling code of a record.
    """
    if owner.may_change_all:
        return
    column = update.fresh.columns.get(HANDLING)
    if column is not None:
        used = column.values.take(np.unique(column.codes)).to_pylist()
        check_named_agencies(map(unpack_handling, used), owner)
    if not update.superseded:
        return
    handling_of: dict[str, Handling] = {}
    if column is not None:
        texts = column.values.to_pylist()
        ids = update.fresh.ids.take(column.rows).to_pylist()
        handling_of = {
            record_id: unpack_handling(texts[code])
            for record_id, code in zip(ids, column.codes.tolist(), strict=True)
        }
    check_handling_codes(view, update.superseded, handling_of, owner)


def check_free_ids(view: StoreView, update: ListUpdate) -> None:
    """Raise `OwnerError` if new records have ids of other records that their sender may not see.

    An admin can add records of another agency to a source. The owner of the source neither sees nor
    changes these records.
    """
    new = set(update.fresh.ids.to_pylist()) - update.superseded.keys()
    hidden = view.numbers_of(sorted(new)) if new else {}
    if hidden:
        raise taken_id_error(min(hidden))


def check_hidden_ids(view: StoreView, numbers: Mapping[str, int], owner: RecordOwner) -> None:
    """Raise `OwnerError` if a stored record, by id, is hidden from the owner."""
    handling = view.handling_of(sorted(numbers.values()))
    for record_id, number in sorted(numbers.items()):
        if not visibility.is_visible(handling.get(number, Handling()), owner.viewer):
            raise taken_id_error(record_id)


def taken_id_error(record_id: str) -> OwnerError:
    """Return the error that a record cannot have an id."""
    return OwnerError(f"the id {record_id[:200]} is taken", hint="send the record under another id")


def check_named_agencies(handlings: Iterable[Handling], owner: RecordOwner) -> None:
    """Raise `OwnerError` if records would belong to another agency: only that agency could see
    them.
    """
    for handling in handlings:
        is_foreign = handling.agency not in ("", owner.agency)
        if is_foreign and not owner.may_change_all:
            raise OwnerError(
                f"records cannot be sent in the name of {handling.agency[:60]!r}",
                hint="leave the agency out: your records are those of your own agency",
            )


def _handling_error(handling: Handling, record_id: str) -> OwnerError:
    return OwnerError(
        f"another agency set the handling code {handling.code} of record {record_id}; "
        "only that agency may loosen it",
        hint="send the record with the same handling code and agency",
    )


def check_handling_codes(
    view: StoreView,
    superseded: Mapping[str, int],
    handling_of: Mapping[str, Handling],
    owner: RecordOwner,
) -> None:
    """Check, for records by id, that the owner may set their new handling; otherwise raise
    `OwnerError`.

    `superseded`: number of the present version; `handling_of`: handling of the new version
    (absent: unrestricted).
    """
    if owner.may_change_all:
        return
    for stored in view.records_with_handling(sorted(superseded.values())):
        record = stored.record
        old, new = record.handling, handling_of.get(record.id, Handling())
        is_foreign = bool(old.agency) and old.agency != owner.agency
        is_looser = visibility.strictness(new.code) < visibility.strictness(old.code)
        if is_foreign and (is_looser or new.agency != old.agency):
            raise _handling_error(old, record.id)


_EDITION_WORDS = frozenset(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july "
    "august september october november december copy final latest new old update updated version "
    "ver rev week weekly daily monthly".split()
)
"""Words in the name of a file that say which edition of a list it is, as numbers do."""


def name_pattern(text: str) -> str:
    """Return the name of a file or source without dates, numbers and words for an edition.

    Two names with one pattern, such as `border-dec` and `border_2026`, differ only in these parts.
    A number that is part of a word counts: `list2` and `list3` are two lists.
    """
    words = re.findall(r"[^\W_]+", text.casefold())
    kept = [
        word
        for word in words
        if word not in _EDITION_WORDS and not re.fullmatch(r"v?\d+(?:st|nd|rd|th)?|kw\d+", word)
    ]
    return " ".join(kept)


_UNNAMED = "batch"
"""Pattern of the name of an upload that was sent without a name; it says nothing about the
source.
"""


class SourceChoiceError(InputError):
    """A table may be a new edition of a known source, so somebody has to say which source it is."""


@dataclass(frozen=True, slots=True)
class SourceNames:
    """Names of the sources that an owner may update, and of the sources that files updated before.

    `remembered`: pattern of a file's name → the source that such a file updated last. So a file
    that was once given a source keeps it.
    """

    known: frozenset[str] = frozenset()
    remembered: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, view: StoreView, owner: RecordOwner) -> SourceNames:
        """Load the names in a store.

        An owner learns neither of sources of other owners nor of lists that another key or user
        sent.
        """
        known = frozenset(
            source.name for source in view.sources() if owner.may_change_all or owner.owns(source)
        )
        actor = None if owner.may_change_all else owner.name
        remembered = {
            pattern: name
            for label, name in view.list_labels(table_reader.NAME, actor)
            if name in known
            and (pattern := name_pattern(PurePath(label).stem)) not in ("", _UNNAMED)
        }
        return cls(known, remembered)

    def find(self, stem: str) -> str:
        """Return the source that a table without a mapping updates, by the name of its file.

        Raises `SourceChoiceError` if it would be a new source whose name differs from a known name
        only in its date or number.
        """
        name, pattern = source_name(stem), name_pattern(stem)
        if name in self.known:
            return name
        if pattern in self.remembered:
            return self.remembered[pattern]
        likely = self.find_likely(stem)
        if likely:
            raise SourceChoiceError(
                f"{stem[:100]} may be a new edition of the source {likely}, from which its name "
                "differs only in a date or number",
                hint=f"say --source {likely} (over HTTP source={likely}) to update it, or "
                f"--source {name} to begin a source of its own",
            )
        return name

    def find_likely(self, stem: str) -> str:
        """Return the known source whose name has the pattern of a file's name; empty if none."""
        pattern = name_pattern(stem)
        return next(
            (name for name in sorted(self.known) if pattern and name_pattern(name) == pattern), ""
        )


def read_source_names(url: str) -> SourceNames:
    """Read the names of all sources of the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store, store.view() as view:
        return SourceNames.load(view, HUB_OWNER)
