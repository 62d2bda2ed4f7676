"""Updates by lists: new records, new versions of records, and records withdrawn from a store.

`build_list_update` compares the lists that were read with the store. Its rules:

- If the lists of a source carry versions, the newest list counts, whatever the order in which lists
  arrive. A newer list withdraws the records that it no longer has. An older list changes nothing.
- If they carry no versions, a later list replaces the records that it has.
- A list marked as complete withdraws all records that it does not have.
- A list that breaks off, or that has rows without a readable id, withdraws nothing. No list
  withdraws a record whose row could not be read (`resolver.lists.list_versions`).

A list can be committed long after it was accepted, because it waits for a worker or for a person.
Changes that were accepted after it, but are committed already, stay: the list neither changes nor
withdraws these records (`changes_accepted_after`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import InputError, pluralize
from resolver.lists.list_versions import (
    SourceVersions,
    compare_lists,
    find_reused_ids,
    find_unread,
)
from resolver.lists.reader_types import Intake, ListInfo
from resolver.records import Batch, concat
from resolver.records.packing import unpack_handling
from resolver.records.properties import DATASETS, PROPERTIES, ValueType
from resolver.records.visibility import OPERATOR, Viewer, tighten_handling
from resolver.store import (
    Acceptance,
    LaterChanges,
    ListCommit,
    RecordContents,
    StoredSource,
    StoreView,
    encode_contents,
)
from resolver.store.record_contents import erased_id, erased_value

Numbers = npt.NDArray[np.int64]
ChooseRecords = Callable[[Mapping[str, int]], dict[str, int]]
"""Choice among stored records: record id → number."""
ALARM_SHARE = 0.2
"""If more than this share of a source's records would be withdrawn or changed, a person has to
accept it.
"""
ALARM_MIN_RECORDS = 20
"""A smaller number of withdrawals or changes never has to be accepted."""
_MAX_LOOKUPS = 1_000_000
"""Maximum number of ids that are looked up to find records whose entry has moved to another
dataset. A large list that is new to a store with many sources would need more look-ups; then only
the datasets that the new records name are tried.
"""


@dataclass(frozen=True, slots=True)
class ListUpdate:
    """Changes of a store by lists.

    - `fresh`: canonical batch of new records and new versions, with their `contents`;
    - `superseded`, `withdrawn`: record id → number of the version that ends;
    - `ids`: records that were read and are current after the update;
    - `outdated_ids`: records that were read but are not in the store: only an older list has them,
      they were withdrawn after the list was accepted, or they were erased;
    - `shortened_ids`: records that were read with erased values, and are taken without them;
    - `deduplicated_sources`: all deduplicated sources of the store after the update;
      `no_longer_deduplicated`: sources that were deduplicated before;
    - `alarms`: changes that a person has to accept (also among the `notes`).
    """

    fresh: Batch
    contents: RecordContents
    superseded: Mapping[str, int]
    withdrawn: Mapping[str, int]
    ids: tuple[str, ...]
    lists: tuple[ListCommit, ...]
    deduplicated_sources: tuple[str, ...]
    no_longer_deduplicated: tuple[str, ...]
    outdated_ids: tuple[str, ...]
    notes: tuple[str, ...]
    alarms: tuple[str, ...] = ()
    shortened_ids: frozenset[str] = frozenset()

    @property
    def ended(self) -> Numbers:
        """Numbers of versions that end, ascending."""
        return np.array(
            sorted([*self.superseded.values(), *self.withdrawn.values()]), dtype=np.int64
        )


def build_empty_update(view: StoreView) -> ListUpdate:
    """Return an update without any change."""
    return build_list_update(view, Intake(Batch.from_records([]).canonical(), (), ()))


def build_withdrawal(view: StoreView, ids: Sequence[str]) -> ListUpdate:
    """Return the withdrawal of some records. Raises `InputError` for an unknown record id."""
    stored = view.numbers_of(ids)
    for record_id in ids:
        if record_id not in stored:
            raise InputError(
                f"the store has no record {record_id[:200]}",
                hint="ids are <source>:<id>, as in an export",
            )
    withdrawn = {record_id: stored[record_id][0] for record_id in ids}
    return replace(build_empty_update(view), withdrawn=withdrawn)


def build_list_update(
    view: StoreView,
    intake: Intake,
    acceptance: Acceptance | None = None,
    guests: Collection[str] = (),
    agencies: Mapping[str, str] = MappingProxyType({}),
    choose_own: ChooseRecords = dict,
    sender: Viewer = OPERATOR,
) -> ListUpdate:
    """Return the changes that an intake makes to the store of a view.

    Without an `acceptance`, the intake is accepted now. `guests` are sources of other owners: the
    versions of their lists are not compared with the lists of the intake. `agencies`: agency that
    sends the records of a source, for sources that belong to no agency. `choose_own` returns, of
    some stored records, those that the sender may withdraw. Only these are withdrawn. In the
    source of another owner, only these count for the alarms. Notes count erasures only from
    records that the `sender` may see.
    """
    sources = {
        source.name: replace(source, list_version="") if source.name in guests else source
        for source in view.sources()
    }
    intake = replace(intake, batch=_tighten(intake.batch, view, agencies))
    read = compare_lists(intake.lists)
    older, replacing, incomplete = _compare_versions(intake, read, sources)
    later = LaterChanges() if acceptance is None else view.changes_accepted_after(acceptance)
    batch, older_ids = _remove_outdated(intake, older, sources, later)
    seen = view.seen_by(sender)
    erased = seen.erased_ids(batch.ids.to_pylist())
    if erased:
        is_erased = np.array([end in erased for end in batch.ids.to_pylist()], dtype=bool)
        batch = batch.take(np.flatnonzero(~is_erased)).canonical()
    batch, nameless, shortened = _remove_erased_values(batch, view)
    told = erased | seen.known_ids([*nameless, *shortened])
    erased |= nameless
    contents = encode_contents(batch)
    ids = batch.ids.to_pylist()
    stored = view.numbers_of([*ids, *older_ids]) if view.head.last_record else {}
    rows = [
        row
        for row, record_id in enumerate(ids)
        if record_id not in stored or stored[record_id][1] != contents.hashes[row]
    ]
    fresh = batch
    if len(rows) < len(batch):
        fresh = batch.take(np.array(rows, dtype=np.int64)).canonical()
    superseded = {ids[row]: stored[ids[row]][0] for row in rows if ids[row] in stored}
    missing = _find_missing(view, replacing, set(ids))
    missing = {end: number for end, number in missing.items() if not later.supersede(end)}
    unread = set(_find_unread(missing, intake, read, sources))
    withdrawn = {
        record_id: number for record_id, number in missing.items() if record_id not in unread
    }
    if DATASETS in batch.columns:
        new = batch.take(np.array([row for row in rows if ids[row] not in stored], dtype=np.int64))
        moved = _find_moved(view, new, sources, set(ids))
        withdrawn |= {end: number for end, number in moved.items() if not later.supersede(end)}
    withdrawn = choose_own(withdrawn)
    deduplicated = _find_deduplicated(view, intake, sources)
    alarms = [
        *_size_alarms(view, superseded, withdrawn, choose_own if guests else dict),
        *find_id_alarms(view, fresh, superseded),
    ]
    return ListUpdate(
        fresh,
        RecordContents(
            [contents.texts[row] for row in rows], [contents.hashes[row] for row in rows]
        ),
        superseded,
        withdrawn,
        (*ids, *(record_id for record_id in older_ids if record_id in stored)),
        _build_list_commits(intake, deduplicated, sources, read),
        tuple(sorted(name for name, is_free in deduplicated.items() if is_free)),
        tuple(
            sorted(
                name
                for name, source in sources.items()
                if source.deduplicated and not deduplicated[name]
            )
        ),
        tuple(sorted({*erased, *(end for end in older_ids if end not in stored)})),
        (
            *_list_notes(read, older, incomplete, unread),
            *_later_notes(intake.batch.ids.to_pylist(), older, later),
            *_erased_notes(erased & told, _REFUSED),
            *_erased_notes(shortened & told, _SHORTENED),
            *alarms,
        ),
        tuple(alarms),
        frozenset(shortened),
    )


def _tighten(batch: Batch, view: StoreView, agencies: Mapping[str, str]) -> Batch:
    """Return the batch in which the records of each source have at least the handling of the
    source.
    """
    least = {}
    for source in view.restricting_sources() if len(batch) else ():
        handling = unpack_handling(source.least_handling)
        agency = handling.agency or source.agency or agencies.get(source.name, "")
        least[source.name] = replace(handling, agency=agency)
    return tighten_handling(batch, least) if least else batch


def _compare_versions(
    intake: Intake, read: Mapping[str, SourceVersions], sources: Mapping[str, StoredSource]
) -> tuple[set[str], list[str], list[str]]:
    """Return three groups of stored sources.

    - sources whose lists in the intake are all older than the stored ones
    - sources that the intake replaces
    - sources from which nothing is withdrawn, because their dated or complete lists have gaps
    """
    complete = {name for info in intake.lists if info.complete for name in info.sources}
    older, replacing, incomplete = set(), [], []
    for name in sorted(read.keys() & sources.keys()):
        versions, stored = read[name], sources[name].list_version
        if versions.dated and versions.newest < stored:
            older.add(name)
        elif _replaces(versions, stored, is_complete=name in complete):
            replacing.append(name)
        elif versions.gaps and (versions.dated or name in complete):
            incomplete.append(name)
    return older, replacing, incomplete


def _replaces(versions: SourceVersions, stored: str, *, is_complete: bool) -> bool:
    """Return whether lists of these versions replace all stored records of their source."""
    newest = versions.newest_whole
    if "" in versions.gaps or (versions.dated and not newest):
        return False
    if is_complete:
        return not newest or newest >= stored
    return "" < stored < newest


def _list_notes(
    read: Mapping[str, SourceVersions],
    older: set[str],
    incomplete: Sequence[str],
    unread: set[str],
) -> Iterator[str]:
    for name in sorted(older):
        yield f"{name}: the store has a newer version of this list, so nothing of it changes"
    for name in incomplete:
        for gap in sorted(set(read[name].gaps.values())):
            yield f"{name}: {gap}, so no record of it is withdrawn"
    counts = Counter(record_id.partition(":")[0] for record_id in unread)
    for name, count in sorted(counts.items()):
        yield f"{name}: records that could not be read are not withdrawn ({count:,})"


def _later_notes(ids: Sequence[str], older: set[str], later: LaterChanges) -> Iterator[str]:
    """Yield a note for each source with records that were changed after the list was accepted."""
    counts = Counter(end.partition(":")[0] for end in ids if later.supersede(end))
    for name, count in sorted(counts.items()):
        if name not in older:
            yield (
                f"{name}: records that were changed after this list was accepted stay as they are "
                f"({count:,})"
            )


_REFUSED = "refused, because an erasure is for good; ask the sender to leave out what was erased"
_SHORTENED = "taken without values that were erased for good; ask the sender to leave them out"


def _erased_notes(ids: Collection[str], what: str) -> Iterator[str]:
    """Yield a note for each source that sends records or values again which were erased."""
    counts = Counter(record_id.partition(":")[0] for record_id in ids)
    for name, count in sorted(counts.items()):
        yield f"{name}: {pluralize(count, 'record')} of this list {what}"


def _remove_erased_values(batch: Batch, view: StoreView) -> tuple[Batch, set[str], set[str]]:
    """Return the batch without the values that were erased from records that stay, the ids of
    records that would have no name then, which are left out, and the ids of other records that
    stated such values.
    """
    keys, secret = view.erased_value_keys(), view.head.id_secret
    if not keys:
        return batch, set(), set()
    of_records = {key.rsplit("/", 2)[0] for key in keys}
    sources = {new_id.partition(":")[0] for new_id in of_records}
    ids = {
        row: end
        for row, end in enumerate(batch.ids.to_pylist())
        if end.partition(":")[0] in sources and erased_id(secret, end) in of_records
    }
    if not ids:
        return batch, set(), set()
    columns, stating = dict(batch.columns), set()
    for prop in {key.rsplit("/", 2)[1] for key in keys} & columns.keys():
        column = columns[prop]
        of_ids = np.flatnonzero(np.isin(column.rows, list(ids)))
        erased = [
            place
            for place in of_ids.tolist()
            if erased_value(
                secret, ids[column.rows[place]], prop, column.values[column.codes[place]].as_py()
            )
            in keys
        ]
        stating.update(column.rows[erased].tolist())
        kept = np.delete(np.arange(len(column)), erased)
        columns[prop] = replace(
            column,
            rows=column.rows[kept],
            codes=column.codes[kept],
            origins=column.origins[kept],
        )
    named = {row for prop in _NAMES & columns.keys() for row in columns[prop].rows.tolist()}
    had_name = {
        row for prop in _NAMES & columns.keys() for row in batch.columns[prop].rows.tolist()
    }
    gone = ids.keys() & had_name - named
    batch = replace(batch, columns={p: c for p, c in columns.items() if len(c)})
    rows = np.array([row for row in range(len(batch)) if row not in gone], dtype=np.int64)
    nameless = {ids[row] for row in gone}
    return batch.take(rows).canonical(), nameless, {ids[row] for row in stating - gone}


_NAMES = frozenset(row.name for row in PROPERTIES if row.type is ValueType.NAME)


def _remove_outdated(
    intake: Intake, older: set[str], sources: Mapping[str, StoredSource], later: LaterChanges
) -> tuple[Batch, list[str]]:
    """Return the batch without outdated records, and the ids of these records.

    A record is outdated if the store has a newer list, or a change of it that was accepted later.
    """
    versions = {name: source.list_version for name, source in sources.items()}
    outdated = [
        record_id
        for record_id, version in intake.retained.items()
        if version < versions.get(record_id.partition(":")[0], "")
    ]
    batch = intake.batch
    if later.records or later.sources:
        outdated += [end for end in batch.ids.to_pylist() if later.supersede(end)]
    if not older and not outdated:
        return batch, []
    is_listed = np.array([name in older for name in batch.sources.values.to_pylist()], dtype=bool)
    is_removed = is_listed[batch.sources.codes]
    is_removed |= np.asarray(pc.is_in(batch.ids, pa.array(outdated, pa.string())))
    removed: list[str] = batch.ids.filter(pa.array(is_removed)).to_pylist()
    return batch.take(np.flatnonzero(~is_removed)).canonical(), removed


def _find_missing(view: StoreView, sources: list[str], ids: set[str]) -> dict[str, int]:
    """Return the stored records of some sources that were not read."""
    if not sources:
        return {}
    stored = view.records_of_sources(sources)
    return {
        record_id: number for record_id, number in sorted(stored.items()) if record_id not in ids
    }


def _find_unread(
    missing: Mapping[str, int],
    intake: Intake,
    read: Mapping[str, SourceVersions],
    sources: Mapping[str, StoredSource],
) -> list[str]:
    """Return the missing records that must not be withdrawn because their rows could not be read.

    Every list that would withdraw such a record has an unread row for it.
    """
    unread = []
    for record_id, versions in find_unread(intake.lists).items():
        if record_id in missing:
            source = record_id.partition(":")[0]
            if read[source].replacements(sources[source].list_version) <= versions:
                unread.append(record_id)
    return sorted(unread)


def _find_deduplicated(
    view: StoreView, intake: Intake, sources: Mapping[str, StoredSource]
) -> dict[str, bool]:
    """Return, for each source, whether all its lists so far are deduplicated."""
    with_lists = view.sources_with_lists() if intake.lists else set()
    read: dict[str, bool] = {}
    for info in intake.lists:
        for name in info.sources:
            read[name] = read.get(name, True) and info.deduplicated
    before = {name: source.deduplicated for name, source in sources.items()}
    now = {
        name: is_free and (name not in with_lists or before[name]) for name, is_free in read.items()
    }
    return {**before, **now}


def _version_to_store(info: ListInfo, stored: StoredSource | None) -> str:
    """Return the version of a source that the store keeps after this list."""
    # a list that breaks off does not count: the complete list of this version is still to come
    if info.broken:
        return stored.list_version if stored is not None else ""
    return info.version


def _build_list_commits(
    intake: Intake,
    deduplicated: Mapping[str, bool],
    sources: Mapping[str, StoredSource],
    read: Mapping[str, SourceVersions],
) -> tuple[ListCommit, ...]:
    complete = {name for info in intake.lists if info.complete for name in info.sources}
    # the rule of `_compare_versions`, which here also covers sources without records
    replacing = {
        name
        for name, versions in read.items()
        if _replaces(
            versions,
            sources[name].list_version if name in sources else "",
            is_complete=name in complete,
        )
    }
    return tuple(
        ListCommit(
            source,
            deduplicated[source],
            _version_to_store(info, sources.get(source)),
            info.label,
            info.format,
            info.records,
            info.rejects,
            source in replacing,
        )
        for info in intake.lists
        for source in info.sources
    )


def _find_moved(
    view: StoreView, new: Batch, sources: Mapping[str, StoredSource], read_ids: Collection[str]
) -> dict[str, int]:
    """Return the stored records whose entry is now a new record of another source, with numbers.

    The first dataset of an entry is the source of its record. If the entry leaves this dataset, or
    joins one that comes before it, its record gets another id. Such a pair is recognized because
    one record names the source of the other as a further dataset. Both sources must have one owner.
    """
    candidates: dict[str, tuple[str, frozenset[str]]] = {}
    records = [
        (record.source, record.id.partition(":")[2], frozenset(record.texts(DATASETS)))
        for record in new.to_records()
    ]
    for source, native_id, further in records:
        owner = _owner_of(sources, source)
        for other in sources if len(records) * len(sources) <= _MAX_LOOKUPS else further:
            end = f"{other}:{native_id}"
            if other != source and owner == _owner_of(sources, other) and end not in read_ids:
                candidates[end] = source, further
    stored = view.numbers_of(sorted(candidates)) if candidates else {}
    moved = {}
    for version in view.records(sorted(number for number, _ in stored.values())):
        source, further = candidates[version.record.id]
        if version.record.source in further or source in version.record.texts(DATASETS):
            moved[version.record.id] = version.number
    return moved


def _owner_of(sources: Mapping[str, StoredSource], name: str) -> tuple[str, str] | None:
    source = sources.get(name)
    return None if source is None else (source.agency, source.keeper)


def _size_alarms(
    view: StoreView,
    superseded: Mapping[str, int],
    withdrawn: Mapping[str, int],
    choose_own: ChooseRecords,
) -> list[str]:
    """Return a line for each kind of change that is larger than usual for a list."""
    if max(len(superseded), len(withdrawn)) < ALARM_MIN_RECORDS:
        return []
    sources = {record_id.partition(":")[0] for record_id in (*superseded, *withdrawn)}
    total = len(choose_own(view.records_of_sources(sorted(sources))))
    lines = []
    for count, verb in ((len(superseded), "change"), (len(withdrawn), "are withdrawn")):
        if count >= ALARM_MIN_RECORDS and count > ALARM_SHARE * total:
            lines.append(
                f"{count:,} of {pluralize(total, 'record')} {verb}; "
                "check that this is the right list"
            )
    return lines


def find_id_alarms(view: StoreView, fresh: Batch, superseded: Mapping[str, int]) -> list[str]:
    """Return a line for each record id that now seems to stand for another person."""
    if not superseded:
        return []
    stored = view.records(sorted(superseded.values()))
    before = Batch.from_records(version.record for version in stored)
    combined = concat([fresh, before])
    return find_reused_ids(combined, np.arange(len(fresh)), np.arange(len(fresh), len(combined)))
