"""Names in Han characters, kana and Hangul without spaces, cut into family and given part."""

from __future__ import annotations

import pytest

from resolver.names.scripts.han import japanese_split, split_family_first


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("山田太郎", "山田 太郎"),
        ("橋本隆", "橋本 隆"),
        ("佐々木学", "佐々木 学"),
        ("五十嵐明", "五十嵐 明"),
        ("欧阳小明", ""),
        ("李明", ""),
        ("山田 太郎", ""),
        ("ヤマダ", ""),
        ("Yamada", ""),
        ("松本くみ子", "松本 くみ子"),
        ("さとうゆき", ""),
    ],
)
def test_a_han_name_in_one_piece_may_be_cut_further_on(text: str, cut: str) -> None:
    assert japanese_split(text) == ((cut,) if cut else ())


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("李明", ["李", "明"]),
        ("欧阳小明", ["欧阳", "小明"]),
        ("欧阳", ["欧", "阳"]),
        ("홍길동", ["홍", "길동"]),
        ("王", ["王"]),
        ("中華人民共和国", ["中華人民共和国"]),
    ],
)
def test_the_family_name_stands_first(word: str, parts: list[str]) -> None:
    assert split_family_first(word) == parts
