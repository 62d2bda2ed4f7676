"""What lists say that a store does not hold yet: new records, new versions of records, records withdrawn.

Of a source whose lists carry versions the newest counts, whichever comes first: a newer list withdraws what it no
longer holds, an older one changes nothing. Otherwise what comes later supersedes what was said before. A list that is
said to be complete withdraws what it does not hold; one that breaks off never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import InputError
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.ingest.reused_ids import reused_ids
from resolver.records import Batch, concat
from resolver.store import Contents, ListLanding, Source, View, contents_of

Numbers = npt.NDArray[np.int64]
ALARM_SHARE = 0.2
"""A list update that withdraws or changes more than this share of a source's records is worth a second look."""
ALARM_LEAST = 20


@dataclass(frozen=True, slots=True)
class Update:
    """`fresh`: the canonical batch of new records and new versions, with their contents. `superseded`: record id → the
    number that ends. `withdrawn`: ids that are no longer said, with the numbers that end. `ids`: every record that
    was read and still holds. `declared`: sources free of duplicates, all of the store. `undeclared`: those that were
    held to be so until now."""

    fresh: Batch
    contents: Contents
    superseded: Mapping[str, int]
    withdrawn: Mapping[str, int]
    ids: tuple[str, ...]
    lists: tuple[ListLanding, ...]
    declared: tuple[str, ...]
    undeclared: tuple[str, ...]
    older: tuple[str, ...]
    notes: tuple[str, ...]
    alarms: tuple[str, ...] = ()
    """What a person has to accept before it lands (also among the notes)."""

    @property
    def ended(self) -> Numbers:
        """The numbers of versions that end, ascending."""
        return np.array(
            sorted([*self.superseded.values(), *self.withdrawn.values()]), dtype=np.int64
        )


def no_update(view: View) -> Update:
    """Nothing new."""
    return update_of(view, Intake(Batch.from_records([]).canonical(), (), ()))


def withdrawal_of(view: View, ids: Sequence[str]) -> Update:
    """Some records taken back. Raises `InputError` for an id that no record holds."""
    held = view.numbers_of(ids)
    for one in ids:
        if one not in held:
            raise InputError(
                f"the store holds no record {one[:200]}",
                mend="ids are <source>:<id>, as in an export",
            )
    return replace(no_update(view), withdrawn={one: held[one][0] for one in ids})


def update_of(view: View, intake: Intake) -> Update:
    """What an intake changes in the store that a view shows."""
    known = {source.name: source for source in view.sources()}
    listed = view.has_lists() if intake.lists else set()
    versions = _versions(intake)
    older = {
        name for name, text in versions.items() if name in known and text < known[name].list_version
    }
    batch, left_out = _without(intake.batch, older)
    contents = contents_of(batch)
    ids = batch.ids.to_pylist()
    held = view.numbers_of([*ids, *left_out]) if view.head.last_record else {}
    rows = [
        row
        for row, one in enumerate(ids)
        if one not in held or held[one][1] != contents.hashes[row]
    ]
    superseded = {ids[row]: held[ids[row]][0] for row in rows if ids[row] in held}
    newer = {
        name
        for name, text in versions.items()
        if name in known and "" < known[name].list_version < text
    }
    broken = {name for info in intake.lists if info.broken for name in info.sources}
    complete = {
        name for info in intake.lists if info.complete for name in info.sources if name in known
    }
    withdrawn = _withdrawn(view, sorted((newer | complete) - broken - older), set(ids))
    declared = _declared(intake, known, listed)
    fresh = (
        batch if len(rows) == len(batch) else batch.take(np.array(rows, dtype=np.int64)).canonical()
    )
    notes = [
        f"{name}: the store holds a newer version of this list; nothing of it changes"
        for name in sorted(older)
    ]
    notes += [
        f"{name}: the list breaks off, so nothing of it is withdrawn"
        for name in sorted(broken & set(known))
    ]
    alarms = [*_alarms(view, superseded, withdrawn), *_reused(view, fresh, superseded)]
    return Update(
        fresh,
        Contents([contents.texts[row] for row in rows], [contents.hashes[row] for row in rows]),
        superseded,
        withdrawn,
        tuple(ids) + tuple(one for one in left_out if one in held),
        _landings(intake, declared, known),
        tuple(sorted(name for name, flag in declared.items() if flag)),
        tuple(sorted(name for name in known if known[name].deduplicated and not declared[name])),
        tuple(sorted(one for one in left_out if one not in held)),
        (*notes, *alarms),
        tuple(alarms),
    )


def _versions(intake: Intake) -> dict[str, str]:
    """source → the newest version of a list of it, where there is one."""
    found: dict[str, str] = {}
    for info in intake.lists:
        for source in info.sources:
            if info.version:
                found[source] = max(found.get(source, ""), info.version)
    return found


def _without(batch: Batch, older: set[str]) -> tuple[Batch, list[str]]:
    """The batch without the records of some sources, and the ids of those."""
    if not older:
        return batch, []
    names = np.array([name in older for name in batch.sources.values.to_pylist()], dtype=bool)
    out = names[batch.sources.codes]
    left_out: list[str] = batch.ids.filter(pa.array(out)).to_pylist()
    return batch.take(np.flatnonzero(~out)).canonical(), left_out


def _withdrawn(view: View, newer: list[str], ids: set[str]) -> dict[str, int]:
    if not newer:
        return {}
    return {one: number for one, number in sorted(view.of_sources(newer).items()) if one not in ids}


def _declared(intake: Intake, known: Mapping[str, Source], listed: set[str]) -> dict[str, bool]:
    """source → whether all its lists, now and before, declare that no two of their entries are the same."""
    flags = {name: source.deduplicated for name, source in known.items()}
    said: dict[str, bool] = {}
    for info in intake.lists:
        for source in info.sources:
            said[source] = said.get(source, True) and info.deduplicated
    for source, flag in said.items():
        flags[source] = flag and (source not in listed or flags[source])
    return flags


def _landings(
    intake: Intake, declared: Mapping[str, bool], known: Mapping[str, Source]
) -> tuple[ListLanding, ...]:
    def version(info: ListInfo, source: str) -> str:
        # half a list is not its version: the whole one has yet to come
        held = known[source].list_version if source in known else ""
        return held if info.broken else info.version

    return tuple(
        ListLanding(
            source,
            declared[source],
            version(info, source),
            info.label,
            info.format,
            info.records,
            info.rejects,
        )
        for info in intake.lists
        for source in info.sources
    )


def _alarms(view: View, superseded: Mapping[str, int], withdrawn: Mapping[str, int]) -> list[str]:
    """A line for each kind of change that is larger than a list usually sees."""
    if max(len(superseded), len(withdrawn)) < ALARM_LEAST:
        return []
    sources = {one.partition(":")[0] for one in (*superseded, *withdrawn)}
    total = len(view.of_sources(sorted(sources)))
    lines = []
    for number, word in ((len(superseded), "change"), (len(withdrawn), "are withdrawn")):
        if number >= ALARM_LEAST and number > ALARM_SHARE * total:
            lines.append(f"{number:,} of {total:,} records {word}; is it the right list?")
    return lines


def _reused(view: View, fresh: Batch, superseded: Mapping[str, int]) -> list[str]:
    """Ids that now seem to name somebody else."""
    if not superseded:
        return []
    old = Batch.from_records(stored.record for stored in view.records(sorted(superseded.values())))
    both = concat([fresh, old])
    return reused_ids(both, np.arange(len(fresh)), np.arange(len(fresh), len(both)))
