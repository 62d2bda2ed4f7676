"""Join the lists of a run into one intake: versions of a list, repeated ids, repeated records.

The result does not depend on the order of lists or rows.

- If a source comes in several versions, the newest version counts. Ids that only older versions
  have are withdrawn. If such an id may also be in the newest version (`list_versions`), its record
  stays as in the version before.
- Of records with the same id and content, one is kept.
- Of records of one version with the same id and different content, the record with more values is
  kept. If they have equally many, the record with the smaller content digest is kept. All other
  records are rejects.
- A relation may name its target without an id. The name stands for the record of the same source
  that has this principal name, if there is exactly one such record. Only relations that state a
  difference are read, such as kin or membership.

All work is on columns. Only records whose content changed between versions are compared one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.lists import list_versions
from resolver.lists.list_reading import ListContents, ListFacts
from resolver.lists.reader_types import Intake, ListInfo, Reject
from resolver.lists.text.list_names import match_key
from resolver.records import Batch, Column, concat
from resolver.records.packing import relation_text, unpack_relation
from resolver.records.properties import RELATION
from resolver.records.stated_links import packed_difference

StatedName = tuple[str, str]
"""Source, and a name (`match_key`) that its relations give."""
NameBearers = Mapping[StatedName, str]
"""Id of the only record of a source with a name; empty for several."""


def resolve_target_names(batch: Batch, bearers: NameBearers | None = None) -> Batch:
    """Return a canonical batch whose relations have the ids of the records that they name.

    `bearers`: the records that have the names in its relations, if the batch is a part of a whole
    (None: find them in the batch).
    """
    column = batch.columns.get(RELATION)
    if column is None:
        return batch
    places, names = _find_target_names(batch, column)
    if not names:
        return batch
    if bearers is None:
        keys = {key for _, key in names}
        bearers = find_name_bearers(batch, keys.__contains__)
    texts, ids = column.values.to_pylist(), batch.ids
    codes, new_codes = column.codes.copy(), {text: code for code, text in enumerate(texts)}
    for place, name in zip(places, names, strict=True):
        target = bearers.get(name, "")
        if target and target != ids[int(column.rows[place])].as_py():
            text = texts[int(column.codes[place])]
            relation = relation_text(replace(unpack_relation(text), target_id=target))
            codes[place] = new_codes.setdefault(relation, len(new_codes))
    values = pa.array(list(new_codes), pa.string())
    columns = {**batch.columns, RELATION: replace(column, codes=codes, values=values)}
    return replace(batch, columns=columns).canonical()


def find_target_names(batch: Batch) -> set[StatedName]:
    """Return the names that relations of a batch give instead of ids, with their sources."""
    column = batch.columns.get(RELATION)
    return set() if column is None else set(_find_target_names(batch, column)[1])


def _find_target_names(batch: Batch, column: Column) -> tuple[list[int], list[StatedName]]:
    """Return the positions of the relations that give a name instead of an id, and these names."""
    names = {
        code: name
        for code, text in enumerate(column.values.to_pylist())
        if (name := _target_name(text))
    }
    indices = np.flatnonzero(np.isin(column.codes, list(names))).tolist()
    sources = batch.sources.values.to_pylist()
    stated = [
        (
            sources[int(batch.sources.codes[int(column.rows[place])])],
            names[int(column.codes[place])],
        )
        for place in indices
    ]
    return indices, stated


def _target_name(text: str) -> str:
    """Return the name (`match_key`) that a packed relation gives instead of an id, or empty."""
    kind, target_id = packed_difference(text)
    return match_key(unpack_relation(text).target_name) if kind and not target_id else ""


def find_name_bearers(batch: Batch, is_sought: Callable[[str], bool]) -> dict[StatedName, str]:
    """Return the records that have some names (`match_key`), if they are in the batch."""
    column = batch.columns.get("name")
    if column is None:
        return {}
    keys = [match_key(text) for text in column.values.to_pylist()]
    chosen = np.array([is_sought(key) for key in keys], dtype=bool)[column.codes]
    rows, sources = column.rows[chosen], batch.sources.values.to_pylist()
    source_codes = batch.sources.codes[rows].tolist()
    bearers: dict[StatedName, int] = {}
    for row, source, code in zip(
        rows.tolist(), source_codes, column.codes[chosen].tolist(), strict=True
    ):
        name = sources[source], keys[code]
        if bearers.setdefault(name, row) != row:
            bearers[name] = -1
    return {name: "" if row < 0 else batch.ids[row].as_py() for name, row in bearers.items()}


def merge_name_bearers(parts: Iterable[NameBearers]) -> dict[StatedName, str]:
    """Return the records that have some names, from several batches, which have no id in common."""
    bearers: dict[StatedName, str] = {}
    for part in parts:
        for name, identity in part.items():
            bearers[name] = "" if name in bearers else identity
    return bearers


Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LocatedRows:
    """Rows of some lists.

    `units` has each row's list (an index of `ListOrder.labels`), and `lines` has its line in this
    list.
    """

    batch: Batch
    units: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ListOrder:
    """Lists of a run in their order: the label of each list, and the rank of its version (-1 if it
    has no version).

    `versions` are ascending. `sources`: versions of each source. `unread`: ids of records whose
    rows were not read, with the versions of their lists.
    """

    labels: tuple[str, ...]
    ranks: tuple[int, ...]
    versions: tuple[str, ...]
    sources: Mapping[str, list_versions.SourceVersions]
    unread: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, lists: Sequence[ListFacts]) -> ListOrder:
        """Return the order of lists that `sort_lists` has sorted."""
        versions = sorted({facts.version for facts in lists if facts.version})
        rank_of = {"": -1} | {version: rank for rank, version in enumerate(versions)}
        return cls(
            tuple(facts.label for facts in lists),
            tuple(rank_of[facts.version] for facts in lists),
            tuple(versions),
            list_versions.compare_lists(lists),
            list_versions.find_unread(lists),
        )

    def locate(self, rows: LocatedRows, row: int) -> str:
        """Return the place of a row, for messages."""
        label, line = self.labels[int(rows.units[row])], int(rows.lines[row])
        return f"line {line} of {label}" if line else label


@dataclass(frozen=True, slots=True)
class SettledRows:
    """Rows after ids are settled, one for each id. `batch` is canonical; targets that relations
    give by name have no id yet.

    `collapsed`: number of rows that repeat another row. `warnings`: ids that seem to name another
    person than before. `retained`: by id, the version of each record that does not come from the
    newest list of its source.
    """

    batch: Batch
    collapsed: int
    rejects: list[Reject]
    withdrawn: tuple[str, ...]
    warnings: list[str]
    retained: Mapping[str, str]


def assemble(
    reads: Sequence[ListContents],
    skipped: Sequence[Reject] = (),
    workers: int = 1,
    *,
    apart: bool = False,
) -> Intake:
    """Join the lists read in a run into one intake; `skipped` are rejects without a list.

    With `apart`, rows that share an id become separate records; see `set_apart`.

    The result does not depend on `workers` (threads).
    """
    facts = [read.facts for read in reads]
    order = sort_lists(facts)
    reads, facts = [reads[place] for place in order], [facts[place] for place in order]
    rows = LocatedRows(
        concat((read.batch for read in reads), workers),
        np.repeat(np.arange(len(reads), dtype=np.int32), [len(read.batch) for read in reads]),
        np.concatenate([np.zeros(0, dtype=np.int32), *(read.lines for read in reads)]),
    )
    places: dict[str, int] = {}
    if apart:
        rows = set_apart(rows)
        for place, record_id in enumerate(rows.batch.ids.to_pylist()):
            places.setdefault(record_id, place)
    settled = settle_ids(rows, ListOrder.of(facts), workers)
    intake = build_intake(facts, [*skipped, *settled.rejects], settled.warnings)
    return replace(
        intake,
        batch=resolve_target_names(settled.batch),
        withdrawn=settled.withdrawn,
        retained=settled.retained,
        collapsed=settled.collapsed,
        places=places,
    )


def sort_lists(lists: Sequence[ListFacts]) -> list[int]:
    """Return the positions of the lists, in the order of a run."""

    def key(place: int) -> tuple[object, ...]:
        """Return the sort key of the position of a list."""
        facts = lists[place]
        return facts.label, facts.version, facts.format, facts.records, facts.rejects

    return sorted(range(len(lists)), key=key)


def set_apart(rows: LocatedRows) -> LocatedRows:
    """Return rows whose ids differ if their content does. Rows with the id `a:1` but different
    content get the ids `a:~1#1` and `a:~1#2`, in the order of the digests of their content.
    """
    codes = pc.dictionary_encode(rows.batch.ids).indices.to_numpy()
    repeated = np.flatnonzero(np.bincount(codes)[codes] > 1)
    content = list_versions.row_digests(rows.batch.take(repeated))
    versions: dict[int, dict[int, int]] = {}
    for code, digest in sorted(zip(codes[repeated].tolist(), content.tolist(), strict=True)):
        known = versions.setdefault(code, {})
        known.setdefault(digest, len(known) + 1)
    ids = rows.batch.ids.to_pylist()
    for row, digest in zip(repeated.tolist(), content.tolist(), strict=True):
        known = versions[int(codes[row])]
        if len(known) > 1:
            source, _, own_id = ids[row].partition(":")
            ids[row] = f"{source}:~{own_id}#{known[digest]}"
    batch = replace(rows.batch, ids=pa.array(ids, rows.batch.ids.type))
    return replace(rows, batch=batch)


def settle_ids(rows: LocatedRows, order: ListOrder, workers: int = 1) -> SettledRows:
    """Settle the versions and repetitions of ids, with `workers` threads.

    For each id in the rows, all rows of this id must be given; rows of other ids do not matter.
    """
    newest, older = _split_versions(rows, order)
    if not len(older):
        # sorting finds repeated ids in a fifth of the time of a table
        places = pc.sort_indices(rows.batch.ids)
        ordered = rows.batch.ids.take(places)
        if not pc.any(pc.equal(ordered[1:], ordered[:-1])).as_py():
            batch = rows.batch.canonical(places.to_numpy(), workers)
            return SettledRows(batch, 0, [], (), [], _find_retained(rows, newest, order))
    chosen, collapsed, rejects = _deduplicate(rows, newest, order)
    withdrawn, superseded = _find_withdrawn(rows.batch, chosen, older)
    warnings = list_versions.find_reused_ids(rows.batch, chosen, superseded)
    batch = rows.batch if len(chosen) == len(rows.batch) else rows.batch.take(chosen, workers)
    batch, retained = batch.canonical(workers=workers), _find_retained(rows, chosen, order)
    return SettledRows(batch, collapsed, rejects, withdrawn, warnings, retained)


def build_intake(
    lists: Sequence[ListFacts], rejects: Sequence[Reject], warnings: Sequence[str]
) -> Intake:
    """Return an intake of sorted lists, without records.

    `rejects` and `warnings` concern several lists together.
    """
    gaps = list_versions.describe_gaps(list_versions.compare_lists(lists))
    notes = [*(note for facts in lists for note in facts.notes), *gaps, *warnings]
    return Intake(
        batch=concat([]),
        lists=tuple(_list_info(facts) for facts in lists),
        rejects=tuple(sorted([*rejects, *(reject for facts in lists for reject in facts.rejects)])),
        warnings=tuple(dict.fromkeys(notes)),
    )


def _list_info(facts: ListFacts) -> ListInfo:
    return ListInfo(
        facts.label,
        facts.format,
        facts.sources,
        facts.version,
        facts.records,
        len(facts.rejects),
        facts.deduplicated,
        facts.broken,
        facts.complete,
        facts.unread,
    )


def _split_versions(table: LocatedRows, order: ListOrder) -> tuple[Rows, Rows]:
    """Return the rows that count, and the rows of versions that newer ones replace.

    All rows of a source without versions count.
    """
    rows = np.arange(len(table.batch), dtype=np.int64)
    if max(order.ranks, default=-1) < 1:
        return rows, rows[:0]
    row_rank = _row_ranks(table, order)
    is_older = (row_rank >= 0) & (row_rank < _source_ranks(table.batch, order, "newest_whole"))
    unread = _find_unread_rows(table, rows[is_older], order)
    is_older[unread] = False
    if len(unread) or any(own.newest in own.gaps for own in order.sources.values()):
        left = rows[~is_older & (row_rank >= 0)]
        codes = pc.dictionary_encode(table.batch.ids.take(pa.array(left))).indices.to_numpy()
        newest = np.full(len(left), -1, dtype=np.int64)
        np.maximum.at(newest, codes, row_rank[left])
        is_older[left] = row_rank[left] < newest[codes]
    return rows[~is_older], rows[is_older]


def _find_unread_rows(table: LocatedRows, older: Rows, order: ListOrder) -> Rows:
    """Return the older rows whose records are unread in all versions that would replace them."""
    if not order.unread:
        return older[:0]
    ids = table.batch.ids.take(pa.array(older))
    indices = np.flatnonzero(pc.is_in(ids, value_set=pa.array(list(order.unread), pa.string())))
    sources, unread = table.batch.sources, []
    for row in older[indices].tolist():
        source = sources.values[int(sources.codes[row])].as_py()
        version = order.versions[order.ranks[int(table.units[row])]]
        if (
            order.sources[source].replacements(version)
            <= order.unread[table.batch.ids[row].as_py()]
        ):
            unread.append(row)
    return np.array(unread, dtype=np.int64)


def _row_ranks(table: LocatedRows, order: ListOrder) -> Rows:
    return np.array(order.ranks, dtype=np.int64)[table.units]


def _source_ranks(
    batch: Batch, order: ListOrder, version: Literal["newest", "newest_whole"]
) -> Rows:
    """Return, for each row, the rank of one version of its source."""
    rank_of = {text: rank for rank, text in enumerate(order.versions)}
    ranks = [
        rank_of.get(getattr(order.sources[name], version), -1) if name in order.sources else -1
        for name in batch.sources.values.to_pylist()
    ]
    return np.array(ranks, dtype=np.int64)[batch.sources.codes]


def _find_retained(table: LocatedRows, rows: Rows, order: ListOrder) -> dict[str, str]:
    """Return, by id, the version of each row that does not come from the newest list of its
    source.
    """
    if max(order.ranks, default=-1) < 1:
        return {}
    ranks = _row_ranks(table, order)
    newest = _source_ranks(table.batch, order, "newest")
    rows = rows[(ranks[rows] >= 0) & (ranks[rows] < newest[rows])]
    ids = table.batch.ids.take(pa.array(rows)).to_pylist()
    return {
        identity: order.versions[rank]
        for identity, rank in zip(ids, ranks[rows].tolist(), strict=True)
    }


def _find_withdrawn(batch: Batch, newest: Rows, older: Rows) -> tuple[tuple[str, ...], Rows]:
    """Return the ids that only replaced rows have (sorted), and the older rows of other ids."""
    if not len(older):
        return (), older
    old_ids = batch.ids.take(pa.array(older))
    is_gone = ~pc.is_in(old_ids, value_set=batch.ids.take(pa.array(newest))).to_numpy(
        zero_copy_only=False
    )
    return tuple(sorted(pc.unique(old_ids.filter(pa.array(is_gone))).to_pylist())), older[~is_gone]


def _deduplicate(
    table: LocatedRows, rows: Rows, order: ListOrder
) -> tuple[Rows, int, list[Reject]]:
    """Keep one row per id.

    Returns the kept rows (ascending), the number of repeated rows, and a reject for each row with
    other content.
    """
    codes = pc.dictionary_encode(table.batch.ids.take(pa.array(rows))).indices.to_numpy()
    is_repeated = np.bincount(codes)[codes] > 1
    repeated = rows[is_repeated]
    repeated = repeated[np.argsort(codes[is_repeated], kind="stable")]
    group = np.sort(codes[is_repeated])
    batch = table.batch.take(repeated)
    content, origin, size = (
        list_versions.row_digests(batch),
        list_versions.origin_digests(batch),
        list_versions.count_values(batch),
    )
    places = np.lexsort(
        (table.lines[repeated], table.units[repeated], origin, content, -size, group)
    )
    repeated, group, content = repeated[places], group[places], content[places]
    first_of_group = _run_starts(group)
    first_of_content = first_of_group | _run_starts(content)
    winner_of = np.maximum.accumulate(np.where(first_of_group, np.arange(len(group)), 0))
    losers = np.flatnonzero(first_of_content & ~first_of_group)
    rejects = [
        _conflict_reject(table, order, int(repeated[at]), int(repeated[winner_of[at]]))
        for at in losers.tolist()
    ]
    chosen = np.union1d(rows[~is_repeated], repeated[first_of_group])
    return chosen, int(len(repeated) - first_of_content.sum()), rejects


def _run_starts(codes: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return a mask of the positions where a run of equal codes begins."""
    first = np.ones(len(codes), dtype=bool)
    first[1:] = codes[1:] != codes[:-1]
    return first


def _conflict_reject(table: LocatedRows, order: ListOrder, loser: int, winner: int) -> Reject:
    identity = table.batch.ids[loser].as_py()
    fault = f"the id is repeated with other content; {order.locate(table, winner)} is kept"
    label, line = order.labels[int(table.units[loser])], int(table.lines[loser])
    return Reject.of_record(label, line, identity, fault)
