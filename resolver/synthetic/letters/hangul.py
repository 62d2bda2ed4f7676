"""Korean names in Latin letters: revised system, McCune–Reischauer without diacritics, custom."""

from __future__ import annotations

from resolver.synthetic.letters.base import Spellings, parse_pairs

_BASE = 0xAC00


def _split_sounds(text: str) -> tuple[str, ...]:
    """Return the sounds of a list; `-` is a silent letter."""
    return tuple("" if sound == "-" else sound for sound in text.split())


_FIRST = _split_sounds("g kk n d tt r m b pp s ss - j jj ch k t p h")
_FIRST_OLD = _split_sounds("k kk n t tt r m p pp s ss - ch tch ch k t p h")
_MIDDLE = _split_sounds("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_MIDDLE_OLD = _split_sounds("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i")
_MIDDLE_OWN = _split_sounds("a ae ya yae u e you ye o wa wae oi yo oo wo we wi yoo eu ui ee")
_LAST = _split_sounds("- k k k n n n t l k m l l l p l m p p t t ng t t k t p -")
_FAMILY = parse_pairs("""
김:Kim,Kim,Gim,Kim 이:Lee,Yi,Rhee,Li 박:Park,Pak,Bak,Bark 정:Jeong,Chong,Jung,Chung
최:Choi,Choe,Choi,Chey 조:Cho,Cho,Jo,Joe 강:Kang,Kang,Gang,Kang 윤:Yoon,Yun,Youn,Yun
장:Jang,Chang,Jang,Chang 임:Lim,Im,Rim,Yim 한:Han,Han,Hahn,Han 오:Oh,O,Oh,Oh 서:Seo,So,Suh,Su
신:Shin,Sin,Shin,Sheen 권:Kwon,Kwon,Gwon,Kwon 황:Hwang,Hwang,Whang,Hwang 안:Ahn,An,Ahn,An
송:Song,Song,Song,Soong 류:Ryu,Ryu,Yoo,Yu 유:Yoo,Yu,You,Ryu 홍:Hong,Hong,Hong,Houng
전:Jeon,Chon,Jun,Chun 고:Ko,Ko,Go,Koh 문:Moon,Mun,Moon,Mun 손:Son,Son,Sohn,Son 배:Bae,Pae,Bae,Pai
백:Baek,Paek,Paik,Baik 허:Heo,Ho,Huh,Hur 노:Noh,No,Roh,Ro 심:Shim,Sim,Shim,Sim 하:Ha,Ha,Hah,Ha
곽:Kwak,Kwak,Gwak,Kwag 차:Cha,Cha,Cha,Char 주:Joo,Chu,Ju,Chu 우:Woo,U,Woo,Wu 구:Koo,Ku,Gu,Goo
민:Min,Min,Min,Minn 진:Jin,Chin,Jin,Chin
""")


def _syllable(sign: str, first: tuple[str, ...], middle: tuple[str, ...]) -> str:
    code = ord(sign) - _BASE
    return first[code // 588] + middle[code % 588 // 28] + _LAST[code % 28]


def spell_korean_family(name: str) -> Spellings:
    """Return the spellings of a Korean family name."""
    if name in _FAMILY:
        return Spellings(name, *_FAMILY[name].split(","))
    revised = "".join(_syllable(sign, _FIRST, _MIDDLE) for sign in name).capitalize()
    older = "".join(_syllable(sign, _FIRST_OLD, _MIDDLE_OLD) for sign in name).capitalize()
    own = "".join(_syllable(sign, _FIRST, _MIDDLE_OWN) for sign in name).capitalize()
    return Spellings(name, revised, older, own, own)


def spell_korean_given(name: str) -> Spellings:
    """Return the spellings of a Korean given name: one word, with hyphen, two words."""
    revised = [_syllable(sign, _FIRST, _MIDDLE) for sign in name]
    older = [_syllable(sign, _FIRST_OLD, _MIDDLE_OLD) for sign in name]
    own = [_syllable(sign, _FIRST, _MIDDLE_OWN) for sign in name]
    spaced = " ".join(part.capitalize() for part in revised)
    return Spellings(
        name,
        "".join(revised).capitalize(),
        "-".join(older).capitalize(),
        spaced,
        "-".join(own).capitalize(),
    )
