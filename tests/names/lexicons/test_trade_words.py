"""Words of trades and emblems in names of groups, in several languages."""

from __future__ import annotations

import pytest

from resolver.names.group_tokens import tokenize_group
from resolver.names.name_tokens import Token
from resolver.records.prepared.value_flags import TokenFlag

_NOT_IDENTITY = int(TokenFlag.PARTICLE | TokenFlag.LEGAL)


def senses(name: str) -> set[str | int]:
    """Return what each word of a name means: its symbols, or its text where it has none."""
    words: list[Token] = [word for word in tokenize_group(name) if not word.flags & _NOT_IDENTITY]
    return {sense for word in words for sense in (word.symbols or (word.text,))}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Falcon Exchange JSC", "Сокол Обмен АО"),
        ("Red Caravan Exchange Private Joint Stock", "Sarafi Karvan Sorkh PJS"),
        ("Golden Star Construction LLC", "المقاولات النجمة الذهبي ذ.م.م"),
        ("Green River Association", "Zelyony Reka Assotsiatsiya"),
        ("Crown Consulting FZE", "الاستشارات التاج م.م.ح"),
        ("Dawn Clan", "Ashirat Al-Fajr"),
    ],
)
def test_a_name_and_its_translation_mean_the_same(left: str, right: str) -> None:
    assert senses(left) == senses(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Falcon Exchange", "Falcon Consulting"), ("Red Caravan Trading", "Blue Caravan Trading")],
)
def test_another_trade_or_color_has_another_meaning(left: str, right: str) -> None:
    assert senses(left) != senses(right)
