"""A written name to tokens. Pure functions of one text; the words that play a special part stand in `titles` and in
the tables below.

Persons: titles and particles are kept but flagged, so that they weigh little; `abd` is joined to what follows in all
its spellings; Han and Hangul names split into family and given part. Groups: legal forms, numbers, places and generic
words are recognised by `rigour` and flagged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rigour.names import NamePartTag, NameTypeTag, SymbolCategory, analyze_names, tokenize_name

from resolver.normalize.folding import (
    HAN,
    HANGUL,
    fold,
    hash64,
    latin,
    letters,
    signed,
    vowelless,
)
from resolver.normalize.lexicons.cities import city_of
from resolver.normalize.lexicons.group_words import levelled
from resolver.normalize.lexicons.numerals import numbers_of
from resolver.normalize.lexicons.titles import (
    ARABIC_LETTERS,
    ARABIC_PARTICLES,
    GENERATIONS,
    LAST_GENERATIONS,
    LAST_TITLES,
    LINKED,
    LINKS,
    PARTICLES,
    TITLES,
    TITLES_OR_NAMES,
)
from resolver.normalize.scripts.romanization import respelt
from resolver.normalize.scripts.southeast_asian import SPELT, southeast
from resolver.normalize.scripts.syllables import joined
from resolver.records.prepared.batch import NICKNAME_BIT, TokenFlag

MAX_TOKENS = 24

_MAYBE_NUMBERS = frozenset((*GENERATIONS, *LAST_GENERATIONS, "vi", "xi"))
_ARTICLE = re.compile(
    r"\b(?:al|el|ul|ar|as|ash|at|ad|an|az|es|esh|er|ed|en|et|ez)[-‐‑–](?=\w{3})", re.I
)
_CAPITAL = re.compile(r"[a-z]{2} (I|VI|XI)(?=\s*$|\s+of\b)")
_BRACKETED = re.compile(r"^\s*([^()]+?\s[^()]+?)\s*\(\s*[A-Z][A-Z.\-]{1,9}\s*\)\s*$")
_SOUTH_SLAV, _VIETNAMESE = (
    re.compile("[čćšž].*[đĐ]|[đĐ].*[čćšž]|\\wđ"),
    re.compile("[ăâêôơưạ-ỹ]", re.I),
)
_ORDINAL = re.compile(r"^\d{1,2}(?:st|nd|rd|th)$")
_ABD = re.compile(r"^(?:abd|abed|abdul|abdel|abdal|abdol|abdoul|abdil|abdur|abdus|abdu|abdou)$")
# abdul-, abdel-, abdoul-; the article assimilated (abdur-r, abdus-s); Somali abdi-, abdu- before the next word
_ABD_LINK = re.compile(
    r"^abd(?:oul|[aeiou]l|[aeiou]([rsnzdt])(?=\1)|[aeiou](?=[bcdfghjkmnpqrstvwxyz])|i(?=a))(?=\w{2})"
)
_ABD_ARTICLE = re.compile(r"^abd[aeiou](?:l(?=[bcdfghjklmnpqrstvwxyz])|([rsnzdt])(?=\1))(?=\w{2})")
_DIN = frozenset(
    "din deen dine dyn udeen eddeen uddeen aldeen eldeen uldeen ideen edeen eddin eddine edine uddin udin aldin eldin "
    "eldine uldin addin addine".split()
)
_DIN_END = re.compile(
    "(?<=\\w{2})(?:[aeiou]dd(?:i|ee|y)ne?|[aeiou]ld(?:i|ee|y)n|[eu]d(?:i|ee|y)n)$"
)
_DOTTED = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
# no article in Alokozai and his kin: Pashto names in -zai with a k that Arabic writes otherwise
_ARABIC_ARTICLE = re.compile(
    "^[\u0627\u0671]\u0644(?=\\w{3})(?!\u0648?\u06a9\u0648?\u0632[\u0626\u06cc\u064a]+$)"
)
_TA_MARBUTA = re.compile("\u0629$")
_COMPOUND_SURNAMES = tuple(
    "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 东方 東方 皇甫 尉迟 慕容 令狐".split()
)
_LONG_SURNAMES = tuple(
    "五十嵐 佐々木 長谷川 長谷部 小野寺 佐久間 大久保 久保田 小笠原 宇都宮 東海林 御手洗 大河内 日比野".split()
)
_REPEATED = "々"
_KANA, _LONG_KANA = re.compile("[\u3041-\u309f]+"), re.compile("([aueo])\\1|(?<=o)u")
_JAPANESE = re.compile(f"(?:{HAN.pattern}|[\u3041-\u30ff]|{_REPEATED})+")
_ARTICLES = frozenset("al el ul ud ed ad".split())
_PLURAL = re.compile("(?:(ie)|(?<=[^su]))s$")
_GENERIC = frozenset((SymbolCategory.DOMAIN, SymbolCategory.SYMBOL))


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a name: its text (ASCII where possible), `TokenFlag` bits, the symbols seen on it (31-bit ids), and
    what stood in the source (lower case), where that is not the text."""

    text: str
    flags: int = 0
    symbols: tuple[int, ...] = ()
    surface: str = ""


def symbol_id(category: str, name: str) -> int:
    """A stable 30-bit id of a symbol."""
    return hash64(f"{category}:{name}") & (NICKNAME_BIT - 1)


def person_tokens(text: str) -> list[Token]:
    """The tokens of a person's name, in order, at most `MAX_TOKENS`; empty where the text holds no letters."""
    if SPELT.search(text):
        text = southeast(text)
    if _SOUTH_SLAV.search(text) and not _VIETNAMESE.search(text):
        text = text.replace("đ", "dj").replace("Đ", "Dj")
    # J.R. is two initials, Jr. none
    text = joined(text.replace("`", "").replace("ʻ", ""))
    words = tokenize_name(_ARTICLE.sub("al ", _DOTTED.sub(r"\1 ", text)))
    spelt = signed(text)
    # a Han or Hangul name that is written in two words is cut already
    whole = (
        not text.isascii()
        and sum(bool(HAN.search(word) or HANGUL.search(word)) for word in words) == 1
    )
    tokens: list[Token] = []
    plain = True
    for word in words[:MAX_TOKENS]:
        if word.isascii():
            token, nothing_else = _ascii_word(word)
            tokens.append(token)
            plain &= nothing_else
        else:
            tokens.extend(
                [_latin_token(spelt[word], word.lower())]
                if word in spelt
                else _person_word(word, whole)
            )
            plain = False
    if plain and tokens:
        return tokens
    tokens = _numbered(_join_particles(tokens), text)
    return _unflag_if_all(_untitled(_join_din(_join_abd(tokens))))[:MAX_TOKENS]


@lru_cache(maxsize=100_000)
def _ascii_word(word: str) -> tuple[Token, bool]:
    """The token of a word, and whether it is one that nothing is joined to and that no neighbour changes."""
    token = _latin_token(word.lower())
    text = token.text
    plain = (
        not token.flags
        and text not in TITLES_OR_NAMES
        and not _ABD.match(text)
        and text not in _DIN
    )
    plain &= text not in _MAYBE_NUMBERS
    return token, plain and not (len(text) > 6 and _DIN_END.search(text))


def _person_word(word: str, whole: bool) -> list[Token]:
    if HAN.search(word) or HANGUL.search(word):
        parts = _family_first(word) if whole else [word]
        return [
            Token(letters(part), TokenFlag.FOREIGN, surface=part) for part in parts if letters(part)
        ]
    text, surface = letters(word), word.lower()
    if not text:
        return []
    if _KANA.fullmatch(word):
        # long vowels are written short, as passports do; foreign names are in the other kana
        return [Token(_LONG_KANA.sub(lambda found: found[1] or "", text))]
    if vowelless(word):
        text = letters(_ARABIC_ARTICLE.sub("", _TA_MARBUTA.sub("\u0627", word)))
        if text.startswith("bdal") and len(text) > 5:
            # one word in Arabic script: the article stands inside it
            text = "abd" + text[4:]
        bare = word.translate(ARABIC_LETTERS)
        titled = bare in ARABIC_PARTICLES or _ARABIC_ARTICLE.sub("", bare) in ARABIC_PARTICLES
        particle = TokenFlag.PARTICLE if titled else 0
        return [Token(text, TokenFlag.FOREIGN | particle, surface=surface)]
    return [_latin_token(text, surface)]


def linked(text: str) -> str:
    """A servant of God in one word without the article: `abdulrahman` is `abdrahman`."""
    return _ABD_LINK.sub("abd", text)


def _latin_token(text: str, surface: str = "") -> Token:
    if text.isdigit():
        return Token(text, TokenFlag.NUMBER)
    if len(text) == 1:
        return Token(text, TokenFlag.INITIAL, surface=surface)
    spelled = respelt(text)
    if spelled != text:
        text, surface = spelled, ""
    joined = linked(text)
    return Token(joined, _particle(text), surface=surface or ("" if joined == text else text))


def _join_particles(tokens: list[Token]) -> list[Token]:
    """`van der` and `de la` become one word, so that it may be joined with what follows (`Vandermeer`)."""
    joined: list[Token] = []
    for token in tokens:
        if joined and joined[-1].text in LINKS and token.text in LINKED:
            joined[-1] = Token(joined[-1].text + token.text, TokenFlag.PARTICLE)
        else:
            joined.append(token)
    return joined


def _numbered(tokens: list[Token], text: str) -> list[Token]:
    """What tells people of one name apart (`Jr.`, `Sr.`, `III`) is a number that weighs no more than a particle. `VI`,
    `XI` and `I` are numbers where they stand last, or before `of`, in capitals after small letters (`Vi` is a name)."""
    last = len(tokens) - 1
    capital = _CAPITAL.search(text)
    told = []
    for place, token in enumerate(tokens):
        said = GENERATIONS.get(token.text, "") if place else ""
        if place == last > 1:
            said = said or LAST_GENERATIONS.get(token.text, "")
        if place and capital and capital[1].lower() == token.text:
            said = token.text
        told.append(Token(said, TokenFlag.NUMBER | TokenFlag.PARTICLE) if said else token)
    return told


def _untitled(tokens: list[Token]) -> list[Token]:
    """Words that are titles and names (`Earl`, `Prince`, `Major`) are names at the end, and where not two words
    follow; `Sheikh` and his like at the end alone."""
    last = len(tokens) - 1
    return [
        replace(token, flags=token.flags & ~TokenFlag.PARTICLE)
        if (token.text in TITLES_OR_NAMES and place > last - 2)
        or (token.text in LAST_TITLES and place == last > 0)
        else token
        for place, token in enumerate(tokens)
    ]


def _particle(text: str) -> int:
    return TokenFlag.PARTICLE if text in PARTICLES or text in TITLES or _ORDINAL.match(text) else 0


def _family_first(word: str) -> list[str]:
    """A Han or Hangul name without spaces, cut after the family name; longer words are no personal names and stay
    whole."""
    if not 2 <= len(word) <= 5:
        return [word]
    cut = 2 if word.startswith(_COMPOUND_SURNAMES) and len(word) > 2 else 1
    return [word[:cut], word[cut:]]


def other_cut(text: str) -> tuple[str, ...]:
    """A Han name of three to six characters in one piece (kana may follow its second), cut after the second, as most
    Japanese family names are (some after the third); else nothing. `person_tokens` cuts after the first, as most
    Chinese and Korean ones are."""
    word = text.strip()
    if not 3 <= len(word) <= 6 or word.startswith(_COMPOUND_SURNAMES):
        return ()
    if not all(
        HAN.match(letter) or letter == _REPEATED for letter in word[:2]
    ) or not _JAPANESE.fullmatch(word):
        return ()
    cut = 3 if word.startswith(_LONG_SURNAMES) and len(word) > 3 else 2
    return (f"{word[:cut]} {word[cut:]}",)


def bracketed(text: str) -> tuple[str, ...]:
    """Of a group's name that has its short form in brackets behind it (`World Health Organization (WHO)`) the name
    without it; else nothing."""
    found = _BRACKETED.match(text)
    return (found[1],) if found else ()


def _join_abd(tokens: list[Token]) -> list[Token]:
    """`abd al rahman`, `abdul rahman` and `abdulrahman` all become `abdrahman`."""
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        follows = position + 1
        if follows < len(tokens) and tokens[follows].text in ("al", "el", "ul"):
            follows += 1
        servant = _ABD.match(token.text) or (token.text == "bd" and token.flags & TokenFlag.FOREIGN)
        if servant and follows < len(tokens) and len(tokens[follows].text) > 2:
            text = _ABD_ARTICLE.sub("abd", "abd" + tokens[follows].text)
            surface = " ".join(part.surface or part.text for part in tokens[position : follows + 1])
            joined.append(Token(text, tokens[follows].flags & TokenFlag.FOREIGN, surface=surface))
            position = follows + 1
        else:
            joined.append(token)
            position += 1
    return joined


def _join_din(tokens: list[Token]) -> list[Token]:
    """`salah al din`, `salah eddine` and `salahuddin` (someone of the faith) all become `salahaldin`."""
    joined: list[Token] = []
    for token in tokens:
        if token.text in _DIN:
            article = joined[-1:] if len(joined) > 1 and joined[-1].text in _ARTICLES else []
            first = joined[-1 - len(article)] if len(joined) > len(article) else None
            if (
                first
                and len(first.text) > 2
                and not first.flags & ~TokenFlag.FOREIGN
                and first.flags == token.flags
            ):
                surface = " ".join(part.surface or part.text for part in (first, *article, token))
                del joined[-1 - len(article) :]
                end = "aldyn" if token.flags & TokenFlag.FOREIGN else "aldin"
                joined.append(Token(first.text + end, token.flags, surface=surface))
                continue
        elif len(token.text) > 6 and not token.flags and _DIN_END.search(token.text):
            token = replace(
                token, text=_DIN_END.sub("aldin", token.text), surface=token.surface or token.text
            )
        joined.append(token)
    return joined


def _unflag_if_all(tokens: list[Token]) -> list[Token]:
    """A name made of particles alone keeps them as its content (`Do`, `Le` and `Van` are family names); titles never
    are."""
    if any(not token.flags & TokenFlag.PARTICLE for token in tokens):
        return tokens
    kept = ~TokenFlag.PARTICLE
    return [
        replace(token, flags=token.flags & kept) if token.text in PARTICLES else token
        for token in tokens
    ]


def group_tokens(text: str) -> list[Token]:
    """The tokens of a group's or asset's name with legal forms, numbers, places and generic words flagged; may be
    empty."""
    text = southeast(text) if SPELT.search(text) else text
    found = analyze_names(NameTypeTag.ORG, [levelled(text)], phonetics=False, consolidate=False)
    if not found:
        folded = fold(text)
        return [Token(word) for word in folded.split()[:MAX_TOKENS]]
    name = min(found, key=lambda item: item.form)
    symbols: dict[int, list[int]] = {}
    kinds: dict[int, int] = {}
    for span in name.spans:
        category = span.symbol.category
        if category == SymbolCategory.NUMERIC:
            continue
        for part in span.parts:
            symbols.setdefault(part.index, []).append(symbol_id(category.value, span.symbol.id))
            kinds[part.index] = kinds.get(part.index, 0) | _symbol_flag(category)
    numbers = numbers_of(name)
    tokens = []
    for part in name.parts[:MAX_TOKENS]:
        number = numbers.get(part.index)
        if number is not None:
            # a number distinguishes, so it is nothing else besides: rigour takes II for a legal form
            if number:
                tokens.append(
                    Token(
                        number, TokenFlag.NUMBER, (symbol_id(SymbolCategory.NUMERIC.value, number),)
                    )
                )
            continue
        word = letters(part.form) or latin(part.form)
        seen, flags, surface = (
            symbols.setdefault(part.index, []),
            kinds.get(part.index, 0) | _tag_flag(part.tag),
            "",
        )
        if vowelless(part.form) and not seen:
            word, surface = (
                letters(_ARABIC_ARTICLE.sub("", _TA_MARBUTA.sub("\u0627", part.form))),
                part.form,
            )
            flags |= TokenFlag.FOREIGN
        city = "" if seen or flags else city_of(word)
        if city:
            seen.append(symbol_id("CITY", city))
            flags |= TokenFlag.PLACE
        tokens.append(Token(word, flags | _particle_word(word), tuple(sorted(set(seen))), surface))
    return _unflag_if_all(tokens)


def stem_symbol(token: Token) -> int:
    """The symbol that a word of a group's name shares with its plural; 0 for short words and those of other scripts."""
    singular = _PLURAL.sub(lambda found: "y" if found[1] else "", token.text)
    return (
        symbol_id("STEM", singular)
        if len(singular) > 3 and not token.flags & TokenFlag.FOREIGN
        else 0
    )


def _symbol_flag(category: SymbolCategory) -> int:
    if category == SymbolCategory.LOCATION:
        return TokenFlag.PLACE
    if category == SymbolCategory.ORG_CLASS:
        return TokenFlag.LEGAL
    return TokenFlag.GENERIC if category in _GENERIC else 0


def _tag_flag(tag: NamePartTag) -> int:
    if tag == NamePartTag.LEGAL:
        return TokenFlag.LEGAL
    return TokenFlag.PARTICLE if tag == NamePartTag.STOP else 0


def _particle_word(word: str) -> int:
    return TokenFlag.PARTICLE if word in PARTICLES else 0
