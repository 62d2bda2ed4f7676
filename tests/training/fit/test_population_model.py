"""Terms of the model of a kind: joint terms of two fields, and the limit of what names say."""

from __future__ import annotations

import pytest

from resolver.matching.scoring import threshold_logodds
from resolver.records import Kind
from resolver.training.fit.population_model import (
    JOINTS,
    RELATIVE_SHARES,
    _crosses,
    _joint_share,
    support_limit,
)

KINDS = (Kind.PERSON, Kind.GROUP, Kind.ASSET)


@pytest.mark.parametrize("kind", KINDS)
def test_joint_terms_together_take_back_no_more_than_a_field_says(kind: Kind) -> None:
    shares: dict[str, float] = {}
    for pair in JOINTS[kind]:
        if _crosses(pair):
            share = _joint_share(JOINTS[kind], pair)
            shares[pair[1]] = shares.get(pair[1], 0.0) + share
    assert all(share <= 1 + 1e-9 for share in shares.values())


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.GROUP])
def test_values_that_relatives_share_have_a_joint_term(kind: Kind) -> None:
    of_relatives = [pair for pair in JOINTS[kind] if pair in RELATIVE_SHARES]
    assert {"address", "phone"} <= {second for _, second in of_relatives}
    assert all(_joint_share(JOINTS[kind], pair) >= 0.5 for pair in of_relatives)


def test_names_merge_groups_but_neither_persons_nor_ships() -> None:
    assert support_limit(Kind.GROUP) is None
    for kind in (Kind.PERSON, Kind.ASSET):
        limit = support_limit(kind)
        assert limit is not None
        assert limit.most < threshold_logodds(0.95)
        assert not {"name", "name_rarity"} & set(limit.features)
        assert {"country", "identifier"} <= set(limit.features)
