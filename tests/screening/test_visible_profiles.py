"""What viewers may see of segments, and for how long it is cached."""

from __future__ import annotations

import gc
from dataclasses import replace

from resolver.records import Handling
from resolver.records.visibility import Viewer
from resolver.screening import visible_profiles
from resolver.screening.screener import MatchQuery, Screener
from tests.hub.hubs import Stores, make_intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


def test_what_viewers_see_of_a_segment_goes_with_it(stores: Stores) -> None:
    query = record("q:1", name="Zeta Verborgen", birthDate="1961-07-08")
    hidden = replace(query, id="a:1", source="a", handling=Handling("River", "H3"))
    gc.collect()
    before = len(visible_profiles._VISIBILITY)
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"), stores.new() as hub:
        hub.add(make_intake([hidden, record("a:2", name="John Smith", birthDate="1990-01-01")]))
        screener = Screener(hub)
        shown = {
            agency: len(
                screener.check([query], MatchQuery(viewer=Viewer("key", agency)))[0][0].matches
            )
            for agency in ("Coast", "River")
        }
        assert shown == {"Coast": 0, "River": 1}
        assert len(visible_profiles._VISIBILITY) > before
        screener.close()
    del screener
    gc.collect()
    assert len(visible_profiles._VISIBILITY) == before
