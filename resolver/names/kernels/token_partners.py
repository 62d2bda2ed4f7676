"""Partners of the words of two names, for explanations."""

from __future__ import annotations

from resolver.names.kernels.name_pair import align_names
from resolver.names.kernels.name_records import (
    LIMIT,
    NameAlignment,
    NameArrays,
    RecordSpan,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.similarity_matrix import fill_column, set_left_record, set_right_record
from resolver.runtime.arrays import AnyInt, FloatArray, IntArray, RecordRow
from resolver.runtime.compiler import compiled


@compiled(allocates=False)
def _align(
    left: AnyInt,
    right: AnyInt,
    left_name: RecordRow,
    right_name: RecordRow,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    group: bool,
    matrix: SimilarityMatrix,
) -> NameAlignment:
    """Align two names in a function of its own, which compiles faster."""
    return align_names(left, right, left_name, right_name, names, tokens, memo, group, matrix)


@compiled(allocates=False)
def _name_of_form(form: AnyInt, names: NameArrays) -> int:
    """Return the first name that has a form."""
    row = 0
    while names.names[row].form != form:
        row += 1
    return row


@compiled(allocates=False)
def _lay_names(
    left: AnyInt,
    right: AnyInt,
    group: bool,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    matrix: SimilarityMatrix,
    left_tokens: IntArray,
    run: int,
) -> None:
    """Put two names into the matrix as records of one name each."""
    first, second = names.names[left], names.names[right]
    for place in range(len(left_tokens)):
        left_tokens[place] = names.words[first.start + place].token
    span = RecordSpan(left, left + 1, left_tokens)
    set_left_record(span, names, tokens, group, matrix)
    for place in range(min(second.end - second.start, LIMIT)):
        token = names.words[second.start + place].token
        start = place * len(left_tokens)
        fill_column(token, span, names, tokens, memo, group, matrix, start, run)
    set_right_record(RecordSpan(right, right + 1, left_tokens), left_tokens, names, tokens, matrix)


@compiled(allocates=False)
def fill_partners(
    left: IntArray,
    right: IntArray,
    group: bool,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    matrix: SimilarityMatrix,
    scratch: IntArray,
    partners: IntArray,
    values: FloatArray,
) -> None:
    """Write the partners of all words of pairs of name forms, and the match values of left words.

    `partners`: pairs × sides × `LIMIT`, -1 none; `values`: pairs × `LIMIT`, zeros; `scratch`:
    `LIMIT` tokens.
    """
    for pair in range(len(left)):
        row, other = _name_of_form(left[pair], names), _name_of_form(right[pair], names)
        count = min(names.names[row].end - names.names[row].start, LIMIT)
        _lay_names(row, other, group, names, tokens, memo, matrix, scratch[:count], pair + 1)
        first, second = matrix.left_names[0], matrix.right_names[0]
        alignment = _align(row, other, first, second, names, tokens, memo, group, matrix)
        for side in range(2):
            source = 1 - side if alignment.is_swapped else side
            for place in range(LIMIT):
                partners[pair, side, place] = matrix.partners[source, place]
        for place in range(count):
            partner = partners[pair, 0, place]
            if partner >= 0:
                at = matrix.words[first.first + place].at
                column = matrix.words[second.first + partner].at
                values[pair, place] = matrix.values[at + column]
