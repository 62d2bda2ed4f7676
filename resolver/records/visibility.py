"""Visibility: who may see a record. Every value passes this rule before anybody gets it.

A viewer may see a value if they may see the record that states it. This depends on the handling
code of the record. The codes are Europol's; the agency that supplies a record sets its code:

| code | condition | readers of its values |
|---|---|---|
| H0 | prevention of crime, nothing more | all callers |
| H1 | not as evidence in court without permission | named callers, with the mark in `notes` |
| H2 | not to be passed on without permission | its agency, and stewards (scope `review`) |
| H3 | other conditions | its agency |

The scope `admin` reads everything. Records without an agency belong to nobody. An unknown code
counts as H3. All records take part in resolution, but readers get entities, ids, scores and files
as if only the records visible to them existed; `docs/how-to/serve.md` states the exceptions. If an
endpoint forgets to name the viewer, the viewer is a stranger, who sees H0 only. It then shows too
little, never too much.

The module reads in this order:

1. `VISIBILITY_RULES`, the table above as functions, and rows of a batch that a viewer may see;
2. `Audience`: all viewers who may see certain records. Its key is the same in every store;
3. `VisibilityClasses`: the classes of viewers of one batch. Records with the same readers form a
   compartment, and a class sees a set of compartments. The classes are strangers, identified
   viewers, each agency, stewards of each agency and of none, and viewers who see everything. The
   records that two classes both see form a class, too.
4. The datasets of records: the source of each record, and further datasets that its list names. A
   list such as OpenSanctions names the datasets of each entry. The first dataset owns the record
   and its id; the record also belongs to the other datasets;
5. the rules for names of sources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import Batch, Column, IntArray
from resolver.records.packing import handling_text, unpack_handling
from resolver.records.properties import DATASETS, HANDLING
from resolver.records.record import Handling


@dataclass(frozen=True, slots=True)
class Viewer:
    """Reader of values: name (empty: a stranger), agency and scopes."""

    name: str = ""
    agency: str = ""
    scopes: frozenset[str] = frozenset()


STRANGER = Viewer()
"""Unidentified viewer, who sees H0 only."""
OPERATOR = Viewer("operator", "", frozenset({"admin"}))
"""Operator of the store, who uses commands and sees everything."""


def _allow_all(handling: Handling, viewer: Viewer) -> bool:
    return True


def _is_identified(handling: Handling, viewer: Viewer) -> bool:
    return bool(viewer.name)


def _is_owner_or_steward(handling: Handling, viewer: Viewer) -> bool:
    return _is_owner(handling, viewer) or "review" in viewer.scopes


def _is_owner(handling: Handling, viewer: Viewer) -> bool:
    return bool(viewer.name and handling.agency) and viewer.agency == handling.agency


VISIBILITY_RULES: Mapping[str, Callable[[Handling, Viewer], bool]] = {
    "H0": _allow_all,
    "H1": _is_identified,
    "H2": _is_owner_or_steward,
    "H3": _is_owner,
}
"""Rule of each handling code: True if the viewer may read the values of such a record."""
HANDLING_CODES = tuple(VISIBILITY_RULES)
"""Handling codes, the least restricted first."""


IDENTIFIED = Viewer("named")
"""Viewer with a name and nothing else."""
_RULES_STEWARD = Viewer("named", "", frozenset({"review"}))
_ALL = Viewer("named", "", frozenset({"admin"}))


def viewer_classes(viewer: Viewer) -> tuple[Viewer, ...]:
    """Return a chain of classes of viewers, from the stranger to the class of this viewer.

    Each class sees at least the records of the class before it. All viewers of one class see the
    same records, so the last class stands for the viewer.
    """
    if may_read_all(viewer):
        return STRANGER, IDENTIFIED, _RULES_STEWARD, _ALL
    if not viewer.name:
        return (STRANGER,)
    is_steward = "review" in viewer.scopes
    own = replace(_RULES_STEWARD if is_steward else IDENTIFIED, agency=viewer.agency)
    classes = (
        (STRANGER, IDENTIFIED, _RULES_STEWARD, own) if is_steward else (STRANGER, IDENTIFIED, own)
    )
    return tuple(dict.fromkeys(classes))


def may_read_all(viewer: Viewer) -> bool:
    """Return True if a viewer may read every record, whatever its handling."""
    return "admin" in viewer.scopes


def is_visible(handling: Handling, viewer: Viewer) -> bool:
    """Return True if a viewer may read the values of a record with this handling."""
    return may_read_all(viewer) or VISIBILITY_RULES.get(handling.code, _is_owner)(handling, viewer)


def visible_rows(batch: Batch, viewer: Viewer) -> npt.NDArray[np.bool_] | None:
    """Return, for each record, whether a viewer may read it; None if the viewer may read all."""
    column = batch.columns.get(HANDLING)
    if column is None or may_read_all(viewer):
        return None
    used = np.unique(column.codes)
    texts = column.values.take(used).to_pylist()
    hidden = [
        code
        for code, text in zip(used, texts, strict=True)
        if not is_visible(unpack_handling(text), viewer)
    ]
    if not hidden:
        return None
    mask = np.ones(len(batch), dtype=bool)
    mask[column.rows[np.isin(column.codes, hidden)]] = False
    return mask


def find_vulnerable(batch: Batch) -> npt.NDArray[np.int64]:
    """Return the rows of records about victims and witnesses, ascending. Crimes that these records
    state say nothing against them.
    """
    column = batch.columns.get(HANDLING)
    if column is None:
        return np.zeros(0, dtype=np.int64)
    used = np.unique(column.codes)
    texts = column.values.take(used).to_pylist()
    chosen = [
        code
        for code, text in zip(used.tolist(), texts, strict=True)
        if unpack_handling(text).is_vulnerable
    ]
    rows: npt.NDArray[np.int64] = np.sort(column.rows[np.isin(column.codes, chosen)]).astype(
        np.int64
    )
    return rows


def visible_records(batch: Batch, viewer: Viewer) -> Batch:
    """Return the records of a batch that a viewer may read."""
    mask = visible_rows(batch, viewer)
    return batch if mask is None else batch.take(np.flatnonzero(mask))


def assign_owner(batch: Batch, agency: str) -> Batch:
    """Return the batch in which records get the owner `agency` if their handling names none."""
    column = batch.columns.get(HANDLING)
    if column is None or not agency:
        return batch
    texts = pa.array(
        [_owned(text, agency) for text in column.values.to_pylist()], pa.string()
    ).dictionary_encode()
    codes = texts.indices.to_numpy().astype(np.int32)[column.codes]
    columns = {**batch.columns, HANDLING: replace(column, codes=codes, values=texts.dictionary)}
    return replace(batch, columns=columns).canonical()


def tighten_handling(batch: Batch, handlings: Mapping[str, Handling]) -> Batch:
    """Return the batch with a least handling for all records of some sources.

    A record gets the stricter of the two codes, and each fact that its own handling leaves out.
    """
    names = batch.sources.values.to_pylist()
    if not handlings.keys() & set(names):
        return batch
    column = batch.columns.get(HANDLING)
    own = np.full(len(batch), -1, dtype=np.int64)
    texts = [""]
    if column is not None:
        own[column.rows] = column.codes
        texts = [*column.values.to_pylist(), ""]
    stated = batch.sources.codes.astype(np.int64) * len(texts) + own % len(texts)
    used, places = np.unique(stated, return_inverse=True)
    combined = [
        _combine(texts[code % len(texts)], handlings.get(names[code // len(texts)]))
        for code in used.tolist()
    ]
    has_any = np.array([bool(text) for text in combined], dtype=bool)[places]
    rows = np.flatnonzero(has_any).astype(np.int32)
    coded = pa.array([combined[place] for place in places[has_any].tolist()], pa.string())
    encoded = coded.dictionary_encode()
    origins = np.zeros(len(rows), dtype=np.int32)
    origin_values = pa.array([""], pa.string())
    if column is not None:
        # rows without a handling have the empty origin, which comes last
        origin_values = pa.concat_arrays([column.origin_values, origin_values])
        of_row = np.full(len(batch), len(origin_values) - 1, dtype=np.int32)
        of_row[column.rows] = column.origins
        origins = of_row[rows]
    tightened = Column(
        rows,
        encoded.indices.to_numpy().astype(np.int32),
        encoded.dictionary,
        origins,
        origin_values,
    )
    return replace(batch, columns={**batch.columns, HANDLING: tightened}).canonical()


def _combine(text: str, least: Handling | None) -> str:
    """Return a packed handling (empty: none) that is at least as strict as another handling."""
    if least is None:
        return text
    own = unpack_handling(text) if text else Handling()
    facts = {
        item.name: getattr(own, item.name) or getattr(least, item.name) for item in fields(Handling)
    }
    code = max(own.code, least.code, key=strictness)
    combined = Handling(**{**facts, "code": code})
    return "" if combined == Handling() else handling_text(combined)


def strictness(code: str) -> int:
    """Return how restricted a handling code is; an unknown code counts as the strictest."""
    return HANDLING_CODES.index(code) if code in HANDLING_CODES else len(HANDLING_CODES)


def strictest_handling(codes: Iterable[str]) -> str:
    """Return the most restricted of some handling codes; the least restricted one for none."""
    return max({HANDLING_CODES[0], *codes}, key=lambda code: (strictness(code), code))


def _owned(text: str, agency: str) -> str:
    handling = unpack_handling(text)
    is_settled = handling.agency or handling == Handling()
    return text if is_settled else handling_text(replace(handling, agency=agency))


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who sees at least the records of one of `viewers`.

    None of these viewers sees all records that another of them sees.
    """

    viewers: tuple[Viewer, ...]

    @classmethod
    def of(cls, viewers: Iterable[Viewer]) -> Audience:
        """Return the audience of some viewers, without viewers who see all that another viewer
        sees, and more.
        """
        given = list(dict.fromkeys(viewers))
        least = [
            viewer
            for viewer in given
            if not any(other != viewer and _sees_all_of(viewer, other) for other in given)
        ]
        return cls(tuple(sorted(least, key=_describe)))

    @property
    def key(self) -> str:
        """Text that identifies the audience; empty for everybody."""
        return "" if STRANGER in self.viewers else json.dumps(list(map(_describe, self.viewers)))

    @classmethod
    def from_key(cls, key: str) -> Audience:
        """Return the audience that a key names."""
        if not key:
            return EVERYBODY
        return cls(tuple(Viewer(row[0], row[1], frozenset(row[2:])) for row in json.loads(key)))

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sort key of audiences: one that sees more comes after all that see less.

        It does not depend on the other audiences, so a part of a batch has the order of the whole
        batch.
        """
        least = min(map(_count_rights, self.viewers))
        return least, -len(self.viewers), self.key

    def includes(self, other: Audience) -> bool:
        """Return whether all viewers of another audience belong to this one."""
        return all(
            any(_sees_all_of(viewer, own) for own in self.viewers) for viewer in other.viewers
        )

    def visible_rows(self, batch: Batch) -> npt.NDArray[np.bool_] | None:
        """Return, for each record, whether the whole audience may see it; None if they see all."""
        masks = [visible_rows(batch, viewer) for viewer in self.viewers]
        stated = [mask for mask in masks if mask is not None]
        return np.logical_and.reduce(stated) if stated else None


def _describe(viewer: Viewer) -> list[str]:
    return [viewer.name, viewer.agency, *sorted(viewer.scopes)]


def _count_rights(viewer: Viewer) -> int:
    """Return how many codes of the own agency and of another one a viewer may read."""
    agencies = (viewer.agency, f"not {viewer.agency}")
    return sum(
        is_visible(Handling(agency, code), viewer) for agency in agencies for code in HANDLING_CODES
    )


def _sees_all_of(viewer: Viewer, other: Viewer) -> bool:
    """Return whether a viewer sees all records that another one sees, in every possible store."""
    if may_read_all(viewer) or not other.name:
        return True
    if may_read_all(other) or not viewer.name:
        return False
    is_colleague = other.agency in ("", viewer.agency)
    return is_colleague and ("review" in viewer.scopes or "review" not in other.scopes)


EVERYBODY = Audience((STRANGER,))
NAMED = Audience((Viewer("viewer"),))
"""All viewers who are known by name."""


Flags = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint64]
_NAME, _STEWARD = "viewer", frozenset({"review"})
_WORD_BITS = 64


@dataclass(frozen=True, slots=True)
class VisibilityClasses:
    """Classes of viewers of the rows of a batch.

    `compartment` is the compartment of each row, and `views` (classes × compartments) the
    compartments that each class sees. A class comes after all classes that see less. Any two
    classes come in the same order in every batch. The common part of two views is a view, too, or
    empty. `audiences` are the viewers of each class.
    """

    compartment: IntArray
    views: Flags
    audiences: tuple[Audience, ...]

    def visible_to(self, number: int) -> Flags:
        """Return, for each row, whether class `number` sees it."""
        is_visible_row: Flags = self.views[number][self.compartment]
        return is_visible_row

    def find_first(self, left: IntArray, right: IntArray) -> npt.NDArray[np.int64]:
        """Return, for each pair of rows, the first class that sees both.

        All other classes that see both see more than this class.
        """
        count = np.int64(self.views.shape[1])
        keys = self.compartment[left] * count + self.compartment[right]
        distinct, place = np.unique(keys, return_inverse=True)
        together = self.views[:, distinct // count] & self.views[:, distinct % count]
        first: npt.NDArray[np.int64] = together.argmax(axis=0)[place.reshape(-1)]
        return first

    def join(
        self, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Return, for each pair of classes, the first class that sees all records of both."""
        distinct, place = np.unique(np.stack([left, right]), axis=1, return_inverse=True)
        needed = self.views[distinct[0]] | self.views[distinct[1]]
        is_seen = ~(needed[None, :, :] & ~self.views[:, None, :]).any(axis=2)
        first: npt.NDArray[np.int64] = is_seen.argmax(axis=0)[place.reshape(-1)]
        return first

    def marks_of(self, number: int) -> Marks:
        """Return bits for each compartment (compartments × words), for the class `number`.

        Two compartments have a common bit if a class that sees less than this class sees both.
        """
        own = self.views[number]
        less = [view for view in self.views[:number] if not (view & ~own).any()]
        largest = [
            view
            for index, view in enumerate(less)
            if all((view & ~other).any() for other in less[index + 1 :])
        ]
        marks = np.zeros((len(own), -(-len(largest) // _WORD_BITS)), dtype=np.uint64)
        for index, view in enumerate(largest):
            marks[view, index // _WORD_BITS] |= np.uint64(1 << index % _WORD_BITS)
        return marks

    def take(self, rows: npt.NDArray[np.int64]) -> VisibilityClasses:
        """Return the classes of some rows."""
        return VisibilityClasses(self.compartment[rows], self.views, self.audiences)

    def find_first_of_groups(
        self, group: npt.NDArray[np.integer], count: int
    ) -> npt.NDArray[np.int64]:
        """Return, for each of `count` groups of rows, the first class that sees the whole group."""
        holds = np.zeros((count, self.views.shape[1]), dtype=bool)
        holds[group, self.compartment] = True
        distinct, place = np.unique(holds, axis=0, return_inverse=True)
        is_seen = ~(distinct[None, :, :] & ~self.views[:, None, :]).any(axis=2)
        first: npt.NDArray[np.int64] = is_seen.argmax(axis=0)[place.reshape(-1)]
        return first


def find_visibility_classes(batch: Batch) -> VisibilityClasses | None:
    """Return the classes of viewers of a batch; None if everybody may see all of its records."""
    if visible_rows(batch, STRANGER) is None:
        return None
    return classify(*code_handlings(batch))


def code_handlings(batch: Batch) -> tuple[list[Handling], IntArray]:
    """Return the distinct handlings of a batch, and the position of the handling of each row."""
    places = np.zeros(len(batch), dtype=np.int32)
    column = batch.columns.get(HANDLING)
    if column is None:
        return [Handling()], places
    used, place = np.unique(column.codes, return_inverse=True)
    places[column.rows] = 1 + place.reshape(-1)
    stated = [unpack_handling(text) for text in column.values.take(used).to_pylist()]
    return [Handling(), *stated], places


def _limit(handling: Handling) -> Handling:
    """Return a handling with only agency and code, which decide who may read a record."""
    return Handling(handling.agency, handling.code)


def classify(handlings: Sequence[Handling], places: IntArray) -> VisibilityClasses:
    """Return the classes of viewers of rows; `places` has the handling of each row."""
    used, compact = np.unique(places, return_inverse=True)
    limited = [_limit(handlings[place]) for place in used.tolist()]
    place_of = {handling: place for place, handling in enumerate(dict.fromkeys(limited))}
    viewers = _list_viewers(list(place_of))
    rights = np.array([[is_visible(item, viewer) for item in place_of] for viewer in viewers])
    compartments, number = np.unique(rights, axis=1, return_inverse=True)
    of_used = number.reshape(-1)[[place_of[handling] for handling in limited]]
    compartment = of_used[compact.reshape(-1)].astype(np.int32)
    views = _close_views(compartments)
    audiences = tuple(
        Audience.of(
            viewer
            for viewer, seen in zip(viewers, compartments, strict=True)
            if not (view & ~seen).any()
        )
        for view in views
    )
    order = sorted(range(len(views)), key=lambda number: audiences[number].rank)
    return VisibilityClasses(compartment, views[order], tuple(audiences[at] for at in order))


def _list_viewers(handlings: Sequence[Handling]) -> list[Viewer]:
    """Return viewers for all differences that these handlings can make: one viewer for each
    kind.
    """
    closed = [item for item in handlings if not is_visible(item, Viewer(_NAME))]
    agencies = sorted({item.agency for item in closed} | {""})
    return [
        *(STRANGER, OPERATOR),
        *(Viewer(_NAME, agency) for agency in agencies),
        *(Viewer(_NAME, agency, _STEWARD) for agency in agencies),
    ]


def _close_views(views: Flags) -> Flags:
    """Return the distinct views and their intersections, without the empty one."""
    view_of = {int.from_bytes(np.packbits(view).tobytes(), "big"): view for view in views}
    fresh = list(view_of)
    while fresh:
        shared = {
            left & right: view_of[left] & view_of[right]
            for left in fresh
            for right in view_of
            if left & right not in view_of
        }
        view_of |= shared
        fresh = list(shared)
    return np.array([view_of[mask] for mask in sorted(view_of) if mask])


__all__ = [
    "IDENTIFIED",
    "OPERATOR",
    "STRANGER",
    "VISIBILITY_RULES",
    "Viewer",
    "assign_owner",
    "find_vulnerable",
    "is_visible",
    "may_read_all",
    "viewer_classes",
    "visible_records",
    "visible_rows",
]


Numbers = npt.NDArray[np.int64]
Claim = tuple[str, str]
"""Source of a record, and a further dataset that its list names."""


@dataclass(frozen=True, slots=True)
class DatasetScope:
    """Datasets whose records count. `refused`: claims that do not put a record into one of these
    datasets.
    """

    names: frozenset[str]
    refused: frozenset[Claim] = frozenset()

    def has(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """Return which records of a batch are in one of the datasets."""
        rows, codes, claims = dataset_rows(batch)
        chosen = [
            name in self.names and (source, name) not in self.refused for source, name in claims
        ]
        mask = np.zeros(len(batch), dtype=bool)
        mask[rows[np.array(chosen, dtype=bool)[codes]]] = True
        return mask


def dataset_rows(batch: Batch) -> tuple[Numbers, Numbers, list[Claim]]:
    """Return the datasets of all records, as pairs of a row and the position of a claim, and the
    claims.

    The source of a record has a claim of its own. Claims of sources come first, then claims of
    further datasets; in both parts rows ascend.
    """
    sources = batch.sources.values.to_pylist()
    rows = np.arange(len(batch), dtype=np.int64)
    codes = batch.sources.codes.astype(np.int64)
    claims = [(name, name) for name in sources]
    column = batch.columns.get(DATASETS)
    if column is None:
        return rows, codes, claims
    names = column.values.to_pylist()
    keys, places = np.unique(codes[column.rows] * len(names) + column.codes, return_inverse=True)
    further = [(sources[key // len(names)], names[key % len(names)]) for key in keys.tolist()]
    return (
        np.concatenate([rows, column.rows.astype(np.int64)]),
        np.concatenate([codes, places.astype(np.int64) + len(claims)]),
        claims + further,
    )


EVERYTHING = "default"
"""Name of the dataset that comprises all sources; no source may have it."""
SOURCE_NAME_PATTERN = r"^(?!default$)(?=.*[A-Za-z0-9])[A-Za-z0-9_.-]{1,100}$"
"""Pattern of source names that come over HTTP or by command; lists may use any script."""

MAX_LENGTH = 200
"""Maximum number of characters in the name that a list gives its source."""


def is_source_name(text: str) -> bool:
    """Return True if a source may have the name over HTTP or on the command line."""
    return re.fullmatch(SOURCE_NAME_PATTERN, text) is not None


def is_list_source_name(text: str) -> bool:
    """Return True if a list may give its source the name: at most `MAX_LENGTH` characters, with any
    letter or digit, not `EVERYTHING`.
    """
    is_short = len(text) <= MAX_LENGTH
    return is_short and text != EVERYTHING and any(map(str.isalnum, text))


def owner_of(viewer: Viewer) -> str:
    """Return the owner of what a viewer keeps or asks (verdicts, requests, queries that count): the
    viewer's agency or, if there is none, the viewer's name.
    """
    return f"agency {viewer.agency}" if viewer.agency else f"sender {viewer.name}"
