"""Large components, compared before anybody lands what meets them.

To compare thousands that hang together takes seconds, and what lands first beside them would wait for that. Who lands
for others does it between two landings, when the first has shown that there are any.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from resolver.cluster import components
from resolver.engines.hub import Hub
from resolver.engines.increment import work_out
from resolver.engines.updates import no_update
from resolver.store import View

Numbers = npt.NDArray[np.int64]
WORTH = 400
"""Records from which a component is compared beforehand: some tenths of a second."""
MOST = 16
"""Components that are compared beforehand at most, the largest."""


def large(view: View, least: int, worth: int = WORTH) -> Numbers:
    """A record (number) of each component of so many that links at or above a border tie together, the largest
    first."""
    left, right = view.pulling(least)
    everyone, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, two = (side.astype(np.int32) for side in np.split(ends, [len(left)]))
    home = components(len(everyone), one, two, ())
    sizes = np.bincount(home, minlength=len(everyone))
    largest = np.argsort(-sizes, kind="stable")[:MOST]
    found: Numbers = everyone[largest[sizes[largest] >= worth]]
    return found


def remember(hub: Hub, going: Callable[[], bool], worth: int = WORTH) -> int:
    """Compare the large components of a store as it stands, so that the next landings of the hub need not; how many
    were compared. Others may land between two of them; ends early where `going` says so. Raises `StoreError`."""
    with hub.store.view() as view:
        if not view.head.plan:
            return 0
        some = large(view, hub.options_of(view.head).merge_border, worth)
    count = 0
    for number in some:
        if not going():
            break
        with hub.index() as (view, index):
            known, around = hub.remembered.at(view.version), np.array([number])
            if any(one.rows_in(around).any() for one in known):
                continue
            options = hub.options_of(view.head)
            found = work_out(view, index, hub.models, options, no_update(view), blocks=known, around=around)
            hub.remembered.met(view.version, found.blocks)
            count += 1
    return count
