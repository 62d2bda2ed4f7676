"""Connected components, and items sorted by key."""

from __future__ import annotations

from resolver.kernels.arrays import AnyIntArray, BoolArray, IntArray, LongArray
from resolver.kernels.compiler import compiled


@compiled()
def unite_components(roots: IntArray, left: AnyIntArray, right: AnyIntArray) -> None:
    """Unite the components of pairs of records in `roots`, which names the root of each record.

    Union-find with path halving (Tarjan and van Leeuwen 1984). The root of a component is its
    smallest record.
    """
    for pair in range(len(left)):
        first, second = left[pair], right[pair]
        while roots[first] != first:
            roots[first] = roots[roots[first]]
            first = roots[first]
        while roots[second] != second:
            roots[second] = roots[roots[second]]
            second = roots[second]
        roots[max(first, second)] = min(first, second)
    for row in range(len(roots)):
        # A root is smaller than its records, so its own entry is final already.
        roots[row] = roots[roots[row]]


@compiled(allocates=False)
def mark_forest(
    roots: IntArray, left: AnyIntArray, right: AnyIntArray, order: LongArray, out: BoolArray
) -> None:
    """Mark in `out` the edges that join two components, taken in some order (Kruskal 1956).

    `roots` names a record of the component of each record, and follows the joins. In descending
    order of strength the marked edges are a spanning forest of the strongest.
    """
    for edge in order:
        first, second = left[edge], right[edge]
        while roots[first] != first:
            roots[first] = roots[roots[first]]
            first = roots[first]
        while roots[second] != second:
            roots[second] = roots[roots[second]]
            second = roots[second]
        out[edge] = first != second
        roots[max(first, second)] = min(first, second)


@compiled()
def sort_by_key(keys: AnyIntArray, items: LongArray, starts: LongArray, out: LongArray) -> None:
    """Write items by key into `out`, those of one key in their order.

    `starts` (zeros, one more than there are keys) receives where the items of each key begin.
    """
    for key in keys:
        starts[key + 1] += 1
    for key in range(1, len(starts)):
        starts[key] += starts[key - 1]
    filled = starts[:-1].copy()
    for place in range(len(keys)):
        out[filled[keys[place]]] = items[place]
        filled[keys[place]] += 1


@compiled(allocates=False)
def mark_pairs_between(
    left: IntArray, right: IntArray, labels: IntArray, groups: IntArray, marked: BoolArray
) -> None:
    """Mark the pairs of rows that have two labels of one group.

    `labels` by row, `groups` by label.
    """
    for pair in range(len(left)):
        first, second = labels[left[pair]], labels[right[pair]]
        marked[pair] = (first != second) & (groups[first] == groups[second])
