"""Documents of answers: the same for any segments, and from visible records alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.check.screener import MatchQuery, Screener, build_match_documents
from resolver.check.term_search import SearchScope
from resolver.records import Handling, Relation, RelationType
from resolver.records.visibility import STRANGER
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

_NAMES = ("Ivo Brandt", "Lena Okafor", "Sami Virtanen", "Rosa Quispe", "Omar Haddad", "Piet Vos")
FIRST = [record(f"a:{place}", name=name) for place, name in enumerate(_NAMES)]
LATER = [
    record("b:1", name="Nuno Salgado", relations=[Relation(RelationType.ASSOCIATE_OF, "a:7")]),
    record("a:7", name="Marta Salgado", relations=[Relation(RelationType.ASSOCIATE_OF, "b:1")]),
]
HIDDEN = replace(record("h:1", name="Zeta Verborgen"), handling=Handling("River", "H3"))


def answers(screener: Screener) -> list[object]:
    """Return what a search and a check of a name tell of two related entities."""
    screener.refresh()
    results = screener.search("salgado", SearchScope(STRANGER))
    documents = build_match_documents(results.best(9), results.snapshot)
    (result,), _ = screener.check([record("q:1", name="Salgado")], MatchQuery(cutoff=0.0))
    return [documents, [(match.entity, match.score) for match in result.matches]]


@pytest.mark.parametrize("hidden_between", [False, True])
def test_documents_do_not_depend_on_segments(stores: Stores, hidden_between: bool) -> None:
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        stores.new() as hub,
    ):
        hub.add(make_intake([*FIRST, LATER[0]]))
        screener = Screener(hub)
        screener.refresh()
        if hidden_between:
            hub.add(make_intake([HIDDEN]))
            screener.refresh()
        hub.add(make_intake([LATER[1]]))
        followed = answers(screener)
        followed_segments = screener.search("salgado", SearchScope(STRANGER)).snapshot.segments
        assert len(followed_segments) > 1
        assert followed == answers(Screener(hub))
        assert len({row["id"] for row in followed[0]}) == 2  # type: ignore[attr-defined]
