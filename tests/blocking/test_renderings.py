"""Consonants of foreign names in scripts of syllables."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.blocking import RULES, join_candidates
from resolver.blocking.plans import PLAN_BY_NAME
from resolver.blocking.renderings import MAX_CODES, are_syllabic, rendering_codes
from resolver.records.prepared.scripts import Script
from tests.normalize.preparing import prepared
from tests.records.samples import record


@pytest.mark.parametrize(
    ("latin", "foreign", "script"),
    [
        ("whitfield", "huitefeierde", Script.HAN),
        ("whitfield", "hwiteupildeu", Script.HANGUL),
        ("whitfield", "hoittofirudo", Script.KATAKANA),
        ("mackenzie", "maikenqi", Script.HAN),
        ("garnier", "jianiye", Script.HAN),
        ("ashworth", "aesyuwoseu", Script.HANGUL),
        ("victor", "bigteo", Script.HANGUL),
        ("mathilde", "machirudo", Script.KATAKANA),
    ],
)
def test_a_name_shares_a_code_with_its_rendering(latin: str, foreign: str, script: Script) -> None:
    codes = rendering_codes(latin, int(Script.LATIN))
    assert set(codes) & set(rendering_codes(foreign, int(script)))
    assert len(codes) <= MAX_CODES


@pytest.mark.parametrize("other", ["whitman", "canfield", "petrov"])
def test_another_name_has_another_code(other: str) -> None:
    own, others = (rendering_codes(word, int(Script.LATIN)) for word in ("whitfield", other))
    assert not set(own) & set(others)


def test_other_scripts_have_no_codes() -> None:
    assert rendering_codes("mhmd", int(Script.ARABIC)) == ()


def test_only_records_of_two_scripts_are_joined() -> None:
    batch = prepared(
        [
            record("s:1", name="Gordon Whitfield"),
            record("s:2", name="Gartin Tivelt"),
            record("s:3", name="戈登·惠特菲尔德"),
        ]
    )
    assert are_syllabic(batch).tolist() == [False, False, True]
    pairs, _ = join_candidates(batch, PLAN_BY_NAME["XS"])
    number = next(place for place, rule in enumerate(RULES) if rule.name == "rendered_pair")
    joined = (pairs.rules >> np.uint32(number)) & np.uint32(1) == 1
    left, right = pairs.left[joined].tolist(), pairs.right[joined].tolist()
    assert list(zip(left, right, strict=True)) == [(0, 2), (1, 2)]
