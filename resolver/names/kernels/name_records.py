"""Layouts that the alignment kernels read and write: structured arrays and tuples of arrays.

Fields that are read together lie together, so that a token or a name costs one cache line.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from resolver.names.kernels.sound_distance import SoundScratch
from resolver.runtime.arrays import (
    AnyInt,
    BoolArray,
    ByteArray,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    RecordArray,
)

LIMIT = 24
"""Words of a name beyond these are ignored."""
OMITTED = np.float32(0.2)
"""Weight of a nat that one name leaves out, relative to one that contradicts."""

TOKEN = np.dtype(
    [
        ("hash", np.uint64),
        ("skeleton", np.uint64),
        ("phonetic", np.uint64),
        ("sound", np.uint64),
        ("signature", np.uint32),
        ("symbol_bits", np.uint32),
        ("first_letter", np.uint32),
        ("letters", np.int32),
        ("symbols", np.int32),
        ("rarity_person", np.float32),
        ("rarity_group", np.float32),
        ("length", np.uint16),
        ("flags", np.uint8),
        ("letter_count", np.uint8),
    ],
    align=True,
)
"""Token: hashes of its text and of its levelled forms (0 none); a bit per letter (`signature`) and
how many (`letter_count`); a bit per symbol; where its letters and symbols begin; rarity in nats;
length in letters, 65,535 at most; `TokenFlag` bits."""
MEMO_SLOT = np.dtype([("key", np.int64), ("target", np.int32), ("value", np.float32)], align=True)
"""Similarity of two tokens (lower code × 2³² + higher code; -1 none) and `target` -1, or of two
neighbors that are written together (first × 2³² + second) and the token `target`."""
RECORD_NAMES = np.dtype([("names", np.int32), ("tokens", np.int32)], align=True)
"""Record of a batch: the places at which its names and its tokens begin."""
NAME = np.dtype(
    [
        ("compact", np.uint64),
        ("form", np.int32),
        ("start", np.int32),
        ("end", np.int32),
        ("quality", np.uint8),
        ("scripts", np.uint8),
    ],
    align=True,
)
"""Name of a record: `NameTable.compact`, its form and range of words, `NameQuality`, and whether it
has words of Latin script (1) and of others (2)."""
NAME_WORD = np.dtype(
    [
        ("joined", np.uint64),
        ("joined_skeleton", np.uint64),
        ("token", np.int32),
        ("role", np.uint8),
    ],
    align=True,
)
"""Word of a name; see `NameTable`."""
COLUMN = np.dtype(
    [
        ("bits", np.uint64),
        ("joins", np.uint64),
        ("begins", np.uint64),
        ("hash", np.uint64),
        ("run", np.int32),
        ("start", np.int32),
        ("weight", np.float32),
        ("flags", np.uint8),
    ],
    align=True,
)
"""Word against the left record: sets of the left words of match value above 0 (`bits`), of the left
names in which two neighbors spell it (`joins`), of the left words that begin it or that it begins
(`begins`); the run in which the column is valid; where its match values begin; fields of its token.
"""
MATRIX_WORD = np.dtype(
    [
        ("hash", np.uint64),
        ("bits", np.uint64),
        ("token", np.int32),
        ("at", np.int32),
        ("weight", np.float32),
        ("flags", np.uint8),
        ("role", np.uint8),
    ],
    align=True,
)
"""Word of a name. `at`: place in the left record, or start of the column of a right word; the match
value of two words stands at the sum. `bits`: the left word itself, or those of its column."""
MATRIX_NAME = np.dtype(
    [
        ("bits", np.uint64),
        ("joins", np.uint64),
        ("spells", np.uint64),
        ("begins", np.uint64),
        ("total", np.float32),
        ("first", np.int32),
        ("count", np.int32),
        ("place", np.int32),
    ],
    align=True,
)
"""Name: the union of `bits`, `joins` and `begins` of its words; the left words that two of its
neighbors spell (`spells`); its weight in nats; the range of its words, `LIMIT` at most; its place
in its record. `joins`, `spells` and `begins` are not set for the left record."""
CELL = np.dtype([("value", np.float32), ("a", np.int32), ("b", np.int32)], align=True)
"""Two words of two names and their match value, above 0 and below 1."""
PAIR_ALIGNMENT = np.dtype(
    [
        ("matched", np.float32),
        ("contradicted", np.float32),
        ("omitted", np.float32),
        ("weakest", np.float32),
        ("tokens", np.float32),
        ("crossed", np.float32),
        ("primary", np.float32),
        ("share", np.float32),
        ("exact", np.float32),
        ("quality", np.float32),
        ("established", np.float32),
        ("initials", np.float32),
        ("sides", np.float32),
        ("apart", np.float32),
        ("left_form", np.int32),
        ("right_form", np.int32),
    ],
    align=True,
)
"""Result for a pair of records; see `comparison.alignment.pair_alignment.COLUMNS`. The forms are
those of the best pair of names, -1 where a record has no name."""


class Contradiction(IntEnum):
    """Part of two names that contradicts."""

    NONE = -1
    """Nothing contradicts, or it is not known which part."""
    ALL = 0
    GIVEN = 1
    GIVEN_INITIAL = 2
    """Given name and an initial that stands for one."""
    FAMILY = 3


class TokenRecords(NamedTuple):
    """Tokens of a batch: `records` (`TOKEN`, one more that only bounds the last), flags, letters
    (code points), symbols, and sounds (ragged)."""

    records: RecordArray
    flags: ByteArray
    letters: LetterArray
    symbols: IntArray
    sound_offsets: IntArray
    sounds: IntArray


class SimilarityMemo(NamedTuple):
    """Similarities of pairs of tokens, each in the one slot where it can stand (`MEMO_SLOT`), and
    scratch of `sound_distance.cross_script_similarity` and `edit_distance.mean_similarity`."""

    slots: RecordArray
    sounds: SoundScratch
    places: HashArray


class NameArrays(NamedTuple):
    """Names of n records: `records` (`RECORD_NAMES`, n + 1), `names` (`NAME`), `words`
    (`NAME_WORD`, two more, so that the next can always be read), `tokens` of each record,
    ascending; `most`: the largest number of names and of tokens of a record."""

    records: RecordArray
    names: RecordArray
    words: RecordArray
    tokens: IntArray
    most: tuple[int, int]


class SimilarityMatrix(NamedTuple):
    """Words of one left record against those of all records that it is compared with.

    `columns` (`COLUMN`) and `sound_profiles` (`SOUND_PROFILE`) per token; `words` (`MATRIX_WORD`)
    of the left record, and of the right one from the middle on; names of either (`MATRIX_NAME`).
    `left_tokens` (rows of `LeftField` × words): what rules out most words of the left record;
    `candidates`: `CandidateFlag` bits of each. By the first bits of a hash: whether two neighbors
    of the left record spell it (`spelled`), whether one of its words has it (`present`).
    `left_place`: place of a token in the left record. `values`: match values. Scratch to align two
    names: `cells` (`CELL`), `partners` (2 × `LIMIT`, -1 none; the first row for the name that is
    aligned first), `supported` (per right name).
    """

    columns: RecordArray
    words: RecordArray
    sound_profiles: RecordArray
    left_names: RecordArray
    right_names: RecordArray
    left_tokens: LetterArray
    candidates: ByteArray
    spelled: BoolArray
    present: BoolArray
    left_place: IntArray
    values: FloatArray
    cells: RecordArray
    partners: IntArray
    supported: BoolArray


class RecordSpan(NamedTuple):
    """Names `first` … `last` - 1 of a record, and its tokens."""

    first: AnyInt
    last: AnyInt
    tokens: IntArray


class NameAlignment(NamedTuple):
    """Alignment of two names; sums in nats, see `comparison.alignment.pair_alignment.COLUMNS`."""

    matched: np.float32
    contradicted: np.float32
    omitted: np.float32
    weakest: np.float32
    tokens: np.float32
    crossed: np.float32
    established: np.float32
    initials: np.float32
    sides: np.float32
    is_swapped: bool
    """True if the right name was aligned first."""
