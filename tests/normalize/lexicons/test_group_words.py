"""Generic words of groups' names in English, names proper as they were."""

from __future__ import annotations

import pytest

from resolver.normalize.lexicons.group_words import levelled
from resolver.normalize.name_tokens import group_tokens
from resolver.records.prepared.batch import TokenFlag


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Karimov Intl Mfg Pvt Ltd", "Karimov international manufacturing private Ltd"),
        ("Sharikat al-Waha lil-Tijara", "company al-Waha trading"),
        ("Jabhat Nahr", "front Nahr"),
        ("شركة الواحة للتجارة", "company واحة trading"),
        ("金山贸易有限公司", "金山 trading  ltd "),
        ("大连市金山电子有限公司", "大连 金山 electronics  ltd "),
        ("Банк Заря", "bank Заря"),
        ("Lumerix.com", "Lumerix"),
        ("M/V Ocean Pearl", "Ocean Pearl"),
        ("MV Ocean Pearl", "Ocean Pearl"),
        ("Mv", "Mv"),
        ("Union Mission Vessel", "Union Mission Vessel"),
    ],
)
def test_generic_words(text: str, said: str) -> None:
    assert levelled(text) == said


def test_two_scripts_give_the_same_words() -> None:
    one, two = (
        {token.text for token in group_tokens(text) if not token.flags & TokenFlag.LEGAL}
        for text in ("金山贸易有限公司", "Jinshan Trading Co., Ltd.")
    )
    assert one == two == {"jinshan", "trading"}
