"""Split: records out of an entity, apart for good, exact to undo."""

from __future__ import annotations

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.review import (
    ChangedMeanwhileError,
    Rules,
    State,
    Steward,
    confirm,
    entity_digest,
    preview_split,
    split,
    timeline,
    undo,
)
from tests.hub.hubs import intake
from tests.records.samples import record
from tests.review.tables import derived

KIM, LEE = Steward("kim"), Steward("lee")


def large(hub: Hub, least: int = 4) -> tuple[str, tuple[str, ...]]:
    """An entity of some records, the first by id."""
    with hub.store.view() as view:
        _, entity = view.all_members()
        sizes = {one: entity.tolist().count(one) for one in set(entity.tolist())}
        names = view.entity_ids([one for one, size in sizes.items() if size >= least])
        found = view.entity(min(names.values()))
    assert found is not None
    return found.id, found.records


def test_a_split_holds_and_is_undone(hub: Hub) -> None:
    entity, records = large(hub)
    before = derived(hub)
    for taken in (records[:1], records[1:3], records[-2:]):
        would = preview_split(hub, KIM, entity, taken)
        assert derived(hub) == before
        outcome = split(
            hub, KIM, entity, taken, "another person", seen_digest=entity_digest(hub, entity)
        )
        members = derived(hub)["members"]
        out, left = (
            {members[one] for one in taken},
            {members[one] for one in records if one not in taken},
        )
        assert (len(out), len(left), out & left) == (1, 1, set())
        # a part may meet others anew, but none of the other part
        clusters = [set(cluster.records) for cluster in would.after]
        parts = {*taken}, {*records} - {*taken}
        assert all(any(part <= cluster for cluster in clusters) for part in parts)
        assert not any(parts[0] & cluster and parts[1] & cluster for cluster in clusters)
        assert any(row.kind == "split" for row in timeline(hub, left.pop()))
        undo(hub, LEE, outcome.numbers[0])
        assert derived(hub) == before


def test_a_split_by_rule_takes_two(hub: Hub) -> None:
    entity, records = large(hub)
    before = derived(hub)
    said = split(hub, KIM, entity, records[:1], "another person", rules=Rules(records=2))
    assert said.state is State.WAITS
    assert derived(hub)["members"] == before["members"]
    assert confirm(hub, LEE, said.numbers[0]).state is State.DONE
    members = derived(hub)["members"]
    assert members[records[0]] != members[records[1]]
    back = undo(hub, KIM, said.numbers[0])
    assert back.state is State.WAITS
    confirm(hub, LEE, back.numbers[0])
    assert derived(hub) == before


def test_what_cannot_be_split(hub: Hub) -> None:
    entity, records = large(hub)
    with pytest.raises(InputError, match="is no record of"):
        split(hub, KIM, entity, ["nobody:1"], "")
    with pytest.raises(InputError, match="leaves some"):
        split(hub, KIM, entity, records, "")
    shown = entity_digest(hub, entity)
    with hub.store.view() as view:
        held = view.record(records[0])
    assert held is not None
    hub.add(intake([record(records[0], name=held.record.caption, birthDate="1950-01-01")]))
    with pytest.raises(ChangedMeanwhileError):
        split(hub, KIM, entity, records[1:2], "", seen_digest=shown)
