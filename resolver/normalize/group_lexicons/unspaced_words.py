"""Words of groups' names in Chinese, Japanese and Korean, which are written without spaces.

`translate_unspaced_words` cuts such a name at the words of a lexicon, the longest first, and puts
them in English; what is left between them are proper names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from resolver.normalize.folding import HAN
from resolver.normalize.group_lexicons.han_places import HAN_PLACES
from resolver.normalize.group_lexicons.han_words import HAN_SENSES
from resolver.normalize.group_lexicons.movement_words import UNSPACED_MOVEMENT_WORDS
from resolver.normalize.scripts.han_variants import level_han
from resolver.normalize.word_pairs import parse_groups
from resolver.reference.territories import han_territories

UNSPACED = re.compile("[\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Letters of scripts without spaces between words."""
_WORDS = parse_groups(
    """
ltd: 주식회사 유한회사
company: 회사
corporation: 총회사 공사
group: グループ 그룹
holdings: ホールディングス 홀딩스
partners: パートナーズ
trading: 무역 상사
technology: テクノロジー テクノ 기술 테크놀로지 테크
technologies: テクノロジーズ
electronics: エレクトロニクス 전자 일렉트로닉스
electric: エレクトリック 전기
systems: システム システムズ 시스템 시스템즈
software: ソフトウェア ソフト 소프트웨어 소프트
solutions: ソリューションズ ソリューション 솔루션 솔루션즈
services: サービス 서비스
network: ネットワーク ネット 네트워크
data: データ 데이터
digital: デジタル 디지털
communications: コミュニケーションズ 통신
information: 정보
media: メディア 미디어
engineering: エンジニアリング 엔지니어링
construction: 건설
investment: インベストメント 투자
capital: キャピタル 캐피탈
bank: バンク 은행
insurance: 보험
securities: 증권
international: インターナショナル 국제 인터내셔널
global: グローバル 글로벌
national: 국립
industrial: 공업
industries: 산업
heavy industries: 중공업
steel: スチール 제철
materials: マテリアル 소재
machinery: マシナリー 기계
motor: モーター 모터
motors: モータース 모터스
automobile: 자동차
aviation: アビエーション 항공
aerospace: エアロスペース 항공우주
space: スペース 우주
airlines: エアラインズ 항공사
marine: マリン 해양
shipping: 해운
shipbuilding: 조선해양
logistics: ロジスティクス 물류
energy: エネルギー エナジー 에너지
power: パワー 발전
gas: ガス 가스
oil: オイル 석유
chemical: ケミカル 화학
pharmaceutical: ファーマ 제약
bio: バイオ 바이오
medical: メディカル 의료
hospital: 병원
food: フーズ フード 식품
hotel: ホテル 호텔
design: デザイン 디자인
consulting: コンサルティング 컨설팅
security: セキュリティ 보안
defense: ディフェンス 국방 방위
science: サイエンス 과학
research: リサーチ 연구
institute: 연구소 연구원
university: 대학교 대학
foundation: 재단
association: 협회
committee: 위원회
center: センター 센터
"""
)
"""Generic words in katakana and Hangul → English word."""
_CITY = re.compile("(?<=[\u4e00-\u9fff]{2})[市省县縣](?=[\u4e00-\u9fff]{2})")
_EDGE = re.compile(
    f"(?<=[A-Za-z])(?={HAN.pattern})|(?<={HAN.pattern})(?=[A-Za-z])"
    f"|(?<=[\u30a1-\u30fe])(?={HAN.pattern})|(?<={HAN.pattern})(?=[\u30a1-\u30fe])"
)
_AND = re.compile(
    f"^[与與及暨和]$|^[与與及暨](?={HAN.pattern}{{2}})|(?<={HAN.pattern}{{2}})[与與及暨和](?={HAN.pattern}{{2}})"
)
"""The word and, alone between words of the lexicon, or before or between longer names."""
_Piece = tuple[str, str]
"""A part of a name, and its English words if it is in the lexicon."""


@cache
def _places() -> dict[str, str]:
    """Return place → English name."""
    names = {**han_territories(), **HAN_PLACES}
    return {level_han(word): name for word, name in names.items()}


@cache
def _lexicon() -> dict[str, str]:
    """Return word → its most usual English words; Chinese characters are simplified ones."""
    generic = {level_han(word): senses[0] for word, senses in HAN_SENSES.items()}
    return {**_places(), **UNSPACED_MOVEMENT_WORDS, **_WORDS, **generic}


@cache
def _longest() -> int:
    return max(map(len, _lexicon()))


def translate_unspaced_words(text: str) -> str:
    """Return a name with the words of the lexicon in English and apart from each other.

    `三菱造船株式会社` gives `三菱 shipbuilding kk`; other texts stay as they are.
    """
    if not UNSPACED.search(text):
        return text
    text = _EDGE.sub(" ", _CITY.sub(" ", text))
    return "".join(
        f" {english} " if english else _AND.sub(" ", piece)
        for piece, english in _join_remains(_pieces(text))
    )


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the parts of a name from left to right."""
    leveled = level_han(text)
    text = text if len(text) == len(leveled) else leveled
    lexicon, start, place = _lexicon(), 0, 0
    while place < len(text):
        word = _longest_word(leveled, place, lexicon) if UNSPACED.match(text[place]) else ""
        if word:
            if start < place:
                yield text[start:place], ""
            yield text[place : place + len(word)], lexicon[word]
            start = place = place + len(word)
        else:
            place += 1
    if start < len(text):
        yield text[start:], ""


def _longest_word(text: str, place: int, lexicon: dict[str, str]) -> str:
    """Return the longest word of the lexicon that begins at a place, else nothing."""
    for length in range(min(_longest(), len(text) - place), 1, -1):
        word = text[place : place + length]
        if word in lexicon:
            return word
    return ""


def _join_remains(pieces: Iterator[_Piece]) -> list[_Piece]:
    """Return parts with each single character joined to the place beside it, as a proper name.

    Foreign names are written by syllables, some of which make a place: 巴林顿 is Barrington, not
    Bahrain.
    """
    joined: list[_Piece] = []
    for piece, english in pieces:
        if joined and _is_cut_name(joined[-1], (piece, english)):
            joined[-1] = (joined[-1][0] + piece, "")
        else:
            joined.append((piece, english))
    return joined


def _is_cut_name(first: _Piece, second: _Piece) -> bool:
    places = _places()
    for (rest, english), (place, name) in ((first, second), (second, first)):
        if not english and len(rest) == 1 and HAN.match(rest) and name:
            return places.get(level_han(place)) == name
    return False
