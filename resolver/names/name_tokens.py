"""Split written names into tokens, and hash the tokens of name forms.

The first part reads one text: `tokenize_person` splits a person's name into `Token`s. Titles and
particles stay in the name, but a flag gives them little weight. All spellings of `abd` together
with the word after it become one token. Names in Han or Hangul that are written as one word are
split into family and given name. `group_tokens` does the same for groups and assets, with the
helpers of this module.

The second part computes arrays for many forms at once: `compact_hashes` (equal sets of words),
`skeleton_hashes` (equal consonants) and `joined_hashes` (two neighbors written as one word).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.data import load_words
from resolver.names.folding import (
    DIGRAPHS,
    FOLDS,
    HAN,
    HANGUL,
    PLAIN_DIGRAPHS,
    is_vowelless,
    letters,
    skeleton_code,
    transliterate_signed_words,
)
from resolver.names.kernels.spellings import (
    MAX_JOINED,
    MAX_WORD,
    SkeletonRules,
    fill_joined_hashes,
    fill_skeleton_hashes,
)
from resolver.names.lexicons.name_roles import LAST_TITLES, TITLES, TITLES_OR_NAMES
from resolver.names.scripts.arabic import has_geresh, place_of_given_al, transliterate_hebrew_words
from resolver.names.scripts.detection import repair_homoglyphs
from resolver.names.scripts.han import split_family_first
from resolver.names.scripts.indic import TRANSLITERATED, transliterate_southeast
from resolver.names.scripts.syllables import join_hyphenated_syllables, respell
from resolver.records.prepared.batch import HashArray, Ragged, TokenTable
from resolver.records.prepared.value_flags import NICKNAME_BIT, TokenFlag
from resolver.reference import tokenize_name
from resolver.runtime.arrays import ByteArray
from resolver.runtime.text_cache import cache_short_texts, hash64, hash_texts
from resolver.runtime.threads import threads

MAX_TOKENS = 24

PARTICLES = load_words("titles", use="particle")
_ARABIC_PARTICLES = load_words("titles", use="Arabic or Hebrew letters")
"""Titles in Arabic or Hebrew letters.

They are compared in these letters, because transliterations are ambiguous: `Umar` would be read as
`Mr`, and `Said` as `Sayyid`.
"""
_ARABIC_LETTERS = str.maketrans("یىکھ", "ييكه")
"""Letters that Persian and Urdu write differently from Arabic."""
_GENERATIONS = {"jr": "jr", "jnr": "jr", "sr": "sr", "snr": "sr"} | {
    word: word
    for word in "ii iii iv vii viii ix xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii".split()
}
"""Words that tell father and son of one name apart. They count from the second word on."""
_LAST_GENERATIONS = {"junior": "jr", "senior": "sr"}
"""Words that state a generation only at the end of a name."""
_LINKS = frozenset(("van", "von", "de", "del"))
_LINKED = frozenset("la las los le der den dem de het ter".split())
"""First and second word of particles that are joined, such as `van der` and `de la`."""

# The flags are plain ints, because operations on enumeration members take a microsecond each.
_INITIAL, _NUMBER = int(TokenFlag.INITIAL), int(TokenFlag.NUMBER)
_PARTICLE, _FOREIGN = int(TokenFlag.PARTICLE), int(TokenFlag.FOREIGN)
_MAYBE_NUMBERS = frozenset((*_GENERATIONS, *_LAST_GENERATIONS, "vi", "xi"))
_ARTICLE = re.compile(
    r"\b(?:al|el|ul|ar|as|ash|at|ad|an|az|es|esh|er|ed|en|et|ez)[-‐‑–](?=\w{3})", re.I
)
_DASHES = re.compile("[-‐‑–]")
_EAST_ASIAN = re.compile(f"{HAN.pattern}|{HANGUL.pattern}")
_CAPITAL = re.compile(r"[a-z]{2} (I|VI|XI)(?=\s*$|\s+(?:of|bin|ibn|ben)\b)")
_SOUTH_SLAV, _VIETNAMESE = (
    re.compile(r"\A(?=.*[čćšž]).*[đĐ]|\wđ"),
    re.compile("[ăâêôơưạ-ỹ]", re.I),
)
_ORDINAL = re.compile(r"^\d{1,2}(?:st|nd|rd|th)$")
_ABD = re.compile(r"^(?:abd|abed|abdul|abdel|abdal|abdol|abdoul|abdil|abdur|abdus|abdu|abdou)$")
# abdul-, abdel-, abdoul-; assimilated articles (abdur-r, abdus-s); Somali abdi-, abdu-.
_ABD_LINK = re.compile(
    r"^abd(?:oul|[aeiou]l|[aeiou]([rsnzdt])(?=\1)|[aeiou](?=[bcdfghjkmnpqrstvwxyz])|i(?=a))"
    r"(?=\w{2})"
)
_ABD_ARTICLE = re.compile(r"^abd[aeiou](?:l(?=[bcdfghjklmnpqrstvwxyz])|([rsnzdt])(?=\1))(?=\w{2})")
_DIN = frozenset(
    """
    din deen dine dyn udeen eddeen uddeen aldeen eldeen uldeen ideen edeen eddin eddine edine
    uddin udin aldin eldin eldine uldin addin addine
    """.split()
)
_DIN_END = re.compile(
    "(?<=\\w{2})(?:[aeiou]dd(?:i|ee|y)ne?|[aeiou]ld(?:i|ee|y)n|[eu]d(?:i|ee|y)n)$"
)


def _one_of(use: str) -> str:
    """Return the pattern of the words of `titles` that have a use, the longest first."""
    return "|".join(sorted(load_words("titles", use=use), key=lambda word: (-len(word), word)))


_DEVANAGARI_TITLE = re.compile(
    f"(?<!\\S)(?:(?:{_one_of('Devanagari letters')})(?:\\.\\s*|\\s+)"
    f"|(?:{_one_of('Devanagari letters, short')})\\.\\s*)(?=\\S)"
)
_GLUED = re.compile(r"(?<!\S)([A-Za-z]{2,9})\.(?=[^\W\d_]{2})")
"""A word, a dot and the next word without a space between them, as in `Dr.Khan`."""
_DOTTED = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
# Pashto names in -zai, such as Alokozai, begin with the letters of the article but have none. Their
# k is a letter that Arabic does not use.
ARABIC_ARTICLE = re.compile(
    "^[\u0627\u0671]\u0644(?=\\w{3})(?!\u0648?\u06a9\u0648?\u0632[\u0626\u06cc\u064a]+$)"
)
TA_MARBUTA = re.compile("[\u0629\u06c3]$")
_KATAKANA = re.compile("[\u30a1-\u30fe]{2,}")
_KANA, _LONG_KANA = re.compile("[\u3041-\u309f]+"), re.compile("([aueo])\\1|(?<=o)u")
_ARTICLES = frozenset("al el ul ud ed ad".split())


@dataclass(frozen=True, slots=True)
class Token:
    """Token of a name.

    `text` is ASCII if possible. `flags` are `TokenFlag` bits, and `symbols` are 31-bit ids.
    `surface` is the spelling of the source in lower case; it is empty if it equals `text`.
    """

    text: str
    flags: int = 0
    symbols: tuple[int, ...] = ()
    surface: str = ""


def symbol_id(category: str, name: str) -> int:
    """Return a stable 30-bit id of a symbol."""
    return hash64(f"{category}:{name}") & (NICKNAME_BIT - 1)


def tokenize_person(text: str) -> list[Token]:
    """Return the tokens of a person's name in order: 0 to `MAX_TOKENS`."""
    spelt: dict[str, str] = {}
    if not text.isascii():
        text, spelt = _level_letters(_DEVANAGARI_TITLE.sub("", text))
    text = join_hyphenated_syllables(text.replace("`", ""))
    if not text.isascii():
        spelt = spelt or transliterate_signed_words(text)
    # J.R. is two initials, but Jr. is none; Dr.Khan is a title and a name
    apart = text
    if "." in text:
        apart = _GLUED.sub(_split_title, _DOTTED.sub(lambda match: f"{match[1]} ", text))
    words = tokenize_name(_ARTICLE.sub("al ", apart) if _DASHES.search(apart) else apart)
    tokens: list[Token] = []
    plain = True
    for word in words[:MAX_TOKENS]:
        if word.isascii():
            token, nothing_else = _ascii_word(word)
            tokens.append(token)
        else:
            parts, nothing_else = _non_ascii_word(word, words, spelt)
            tokens.extend(parts)
        plain &= nothing_else
    if plain and tokens:
        return tokens
    tokens = _flag_generations(_join_particles(tokens), text)
    tokens = _unflag_titles(_join_din(_join_abd(tokens)), text)
    return unflag_if_all(tokens)[:MAX_TOKENS]


def _split_title(match: re.Match[str]) -> str:
    return f"{match[1]} " if match[1].lower() in TITLES else match[0]


def _level_letters(text: str) -> tuple[str, dict[str, str]]:
    """Return a text with similar letters unified, and the transliterations of its Hebrew words."""
    text, hebrew = transliterate_hebrew_words(repair_homoglyphs(text))
    if TRANSLITERATED.search(text):
        text = transliterate_southeast(text)
    if _SOUTH_SLAV.search(text) and not _VIETNAMESE.search(text):
        text = text.replace("đ", "dj").replace("Đ", "Dj")
    return text.replace("ʻ", ""), hebrew


@cache_short_texts(100_000)
def _ascii_word(word: str) -> tuple[Token, bool]:
    """Return the token of a word, and whether no neighbor can change it or be joined to it."""
    token = _latin_token(word.lower())
    return token, _is_independent(token)


def _is_independent(token: Token) -> bool:
    """Return whether no neighbor can change a token of `_latin_token` or be joined to it."""
    text = token.text
    return (
        not token.flags
        and text not in TITLES_OR_NAMES
        and not _ABD.match(text)
        and text not in _DIN
        and text not in _MAYBE_NUMBERS
        and not (len(text) > 6 and _DIN_END.search(text))
    )


def _non_ascii_word(
    word: str, words: Sequence[str], spelt: Mapping[str, str]
) -> tuple[Sequence[Token], bool]:
    """Return the tokens of a word that has letters outside ASCII, and whether neighbors cannot
    change them.

    `words` are all words of the name. `spelt` has transliterations of some of them.
    """
    if word in spelt:
        return [_spelled_token(spelt[word], word)], False
    if not _EAST_ASIAN.search(word):
        return _spelled_word(word)
    is_whole = sum(bool(_EAST_ASIAN.search(other)) for other in words) == 1
    parts = split_family_first(word) if is_whole else [word]
    tokens = [Token(letters(part), _FOREIGN, surface=part) for part in parts if letters(part)]
    return tokens, False


@cache_short_texts(50_000)
def _spelled_word(word: str) -> tuple[Sequence[Token], bool]:
    """Return the result of `_non_ascii_word` for a word that is written in an alphabet."""
    text = letters(word)
    if not text:
        return (), True
    if _KANA.fullmatch(word):
        return (Token(_LONG_KANA.sub(lambda match: match[1] or "", text)),), False
    if is_vowelless(word):
        text = letters(ARABIC_ARTICLE.sub("", TA_MARBUTA.sub("\u0627", word)))
        if text.startswith("bdal") and len(text) > 5:
            text = "abd" + text[4:]  # one word, with the article inside
    token = _spelled_token(text, word)
    return (token,), _is_independent(token)


def _spelled_token(text: str, word: str) -> Token:
    """Return the token of a word, whose transliteration is given."""
    if _KATAKANA.fullmatch(word):
        return Token(text, _FOREIGN, surface=word)
    if not is_vowelless(word):
        return _latin_token(text, word.lower())
    bare = word.translate(_ARABIC_LETTERS)
    titled = bare in _ARABIC_PARTICLES or ARABIC_ARTICLE.sub("", bare) in _ARABIC_PARTICLES
    particle = _PARTICLE if titled and not has_geresh(text, word) else 0
    return Token(text, _FOREIGN | particle, surface=word.lower())


def drop_abd_article(text: str) -> str:
    """Return `abd` and the next word without the article: `abdulrahman` is `abdrahman`."""
    return _ABD_LINK.sub("abd", text)


def _latin_token(text: str, surface: str = "") -> Token:
    if text.isdigit():
        return Token(text, _NUMBER)
    if len(text) == 1:
        return Token(text, _INITIAL, surface=surface)
    spelled = respell(text)
    if spelled != text:
        text, surface = spelled, ""
    joined = drop_abd_article(text)
    return Token(joined, _particle(text), surface=surface or ("" if joined == text else text))


def _join_particles(tokens: list[Token]) -> list[Token]:
    """Join particles of two words, such as `van der` and `de la`, into one token.

    Other spellings of the name may join them to the next word (`Vandermeer`).
    """
    joined: list[Token] = []
    for token in tokens:
        if joined and joined[-1].text in _LINKS and token.text in _LINKED:
            joined[-1] = Token(joined[-1].text + token.text, _PARTICLE)
        else:
            joined.append(token)
    return joined


def _flag_generations(tokens: list[Token], text: str) -> list[Token]:
    """Flag generations (`Jr.`, `Sr.`, `III`) as numbers with the weight of particles.

    `VI`, `XI` and `I` must be in capitals after a word in lower case, since `Vi` is a name. They
    must also end the name or stand before `of` or `bin`.
    """
    last = len(tokens) - 1
    capital = _CAPITAL.search(text)
    numbered = []
    for index, token in enumerate(tokens):
        number = _GENERATIONS.get(token.text, "") if index else ""
        if index == last > 1:
            number = number or _LAST_GENERATIONS.get(token.text, "")
        if index and capital and capital[1].lower() == token.text:
            number = token.text
        numbered.append(Token(number, _NUMBER | _PARTICLE) if number else token)
    return numbered


def _unflag_titles(tokens: list[Token], text: str) -> list[Token]:
    """Unflag titles, and `Al`, if their position shows that they are names.

    `Earl`, `Prince` and `Major` can be titles or names. They are names if fewer than two words
    follow. `Sheikh` and similar titles are names only at the end.
    """
    last = len(tokens) - 1
    names = ["" if token.flags and token.text != "al" else token.text for token in tokens]
    given_al = place_of_given_al(text, names)
    return [
        replace(token, flags=token.flags & ~_PARTICLE)
        if (token.text in TITLES_OR_NAMES and index > last - 2)
        or (token.text in LAST_TITLES and index == last > 0)
        or index == given_al
        else token
        for index, token in enumerate(tokens)
    ]


def _particle(text: str) -> int:
    return _PARTICLE if text in PARTICLES or text in TITLES or _ORDINAL.match(text) else 0


def _join_abd(tokens: list[Token]) -> list[Token]:
    """Join `abd al rahman`, `abdul rahman` and `abdulrahman` into `abdrahman`."""
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        follows = position + 1
        if follows < len(tokens) and tokens[follows].text in ("al", "el", "ul"):
            follows += 1
        servant = _ABD.match(token.text) or (token.text == "bd" and token.flags & _FOREIGN)
        if servant and follows < len(tokens) and len(tokens[follows].text) > 2:
            text = _ABD_ARTICLE.sub("abd", "abd" + tokens[follows].text)
            surface = " ".join(part.surface or part.text for part in tokens[position : follows + 1])
            joined.append(Token(text, tokens[follows].flags & _FOREIGN, surface=surface))
            position = follows + 1
        else:
            joined.append(token)
            position += 1
    return joined


def _join_din(tokens: list[Token]) -> list[Token]:
    """Join `salah al din`, `salah eddine` and `salahuddin` into `salahaldin`."""
    joined: list[Token] = []
    for token in tokens:
        if token.text in _DIN:
            article = joined[-1:] if len(joined) > 1 and joined[-1].text in _ARTICLES else []
            first = joined[-1 - len(article)] if len(joined) > len(article) else None
            if (
                first
                and len(first.text) > 2
                and not first.flags & ~_FOREIGN
                and first.flags == token.flags
            ):
                surface = " ".join(part.surface or part.text for part in (first, *article, token))
                del joined[-1 - len(article) :]
                end = "aldyn" if token.flags & _FOREIGN else "aldin"
                joined.append(Token(first.text + end, token.flags, surface=surface))
                continue
        elif len(token.text) > 6 and not token.flags and _DIN_END.search(token.text):
            token = replace(
                token, text=_DIN_END.sub("aldin", token.text), surface=token.surface or token.text
            )
        joined.append(token)
    return joined


def unflag_if_all(tokens: list[Token]) -> list[Token]:
    """Unflag the particles of a name that has no other words (`Do`, `Le`, `Van`).

    Titles stay flagged.
    """
    if any(not token.flags & _PARTICLE for token in tokens):
        return tokens
    mask = ~_PARTICLE
    return [
        replace(token, flags=token.flags & mask) if token.text in PARTICLES else token
        for token in tokens
    ]


_MIN_PARALLEL = 10_000
"""Minimum number of pairs of neighbors for which several threads are faster than one."""


def _replacements() -> ByteArray:
    """Return the replacements of letters as rows in the layout of `SkeletonRules`."""
    rows = np.zeros((len(DIGRAPHS) + len(PLAIN_DIGRAPHS), 8), dtype=np.uint8)
    for row, (old, new) in zip(rows, (*DIGRAPHS, *PLAIN_DIGRAPHS), strict=True):
        row[0], row[1 : 1 + len(old)] = len(old), list(old.encode("ascii"))
        row[5], row[6 : 6 + len(new)] = len(new), list(new.encode("ascii"))
    return rows


def _folded_letters() -> ByteArray:
    """Return, for each ASCII code, the code that replaces it; 0 deletes the letter."""
    table = np.arange(128, dtype=np.uint8)
    for letter, other in FOLDS.items():
        table[letter] = ord(other) if other else 0
    table[list(b"aeiou")] = 0
    return table


SKELETON_RULES = SkeletonRules(_replacements(), len(DIGRAPHS), _folded_letters())
"""Rules of `folding.skeleton_code` as arrays, for the kernel that applies them."""


@cache_short_texts(50_000)
def letter_signature(text: str) -> int:
    """Return the set of letters of a text as 32 bits.

    Each ASCII letter has its own bit. All other letters share the remaining six.
    """
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) - 97 if "a" <= letter <= "z" else 26 + ord(letter) % 6)
    return bits


def compact_hashes(tokens: Ragged, table: TokenTable) -> HashArray:
    """Return a hash of each form that does not depend on the order of its tokens.

    Particles, titles and legal forms are ignored, unless the form has no other tokens. An empty
    form has the hash 0.
    """
    meaning = (table.flags & (TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    mixed = (table.hashes * np.uint64(0x9E3779B97F4A7C15)) ^ (table.hashes >> np.uint64(29))
    carried = _sums(tokens, np.where(meaning, mixed, np.uint64(0)))
    return np.where(carried == 0, _sums(tokens, mixed), carried)


def _sums(tokens: Ragged, mixed: HashArray) -> HashArray:
    """Return, for each form, the sum over its tokens, which does not depend on their order and
    counts repeated tokens.
    """
    sums = np.concatenate(
        (np.zeros(1, dtype=np.uint64), np.cumsum(mixed[tokens.items], dtype=np.uint64))
    )
    hashes: HashArray = sums[tokens.offsets[1:]] - sums[tokens.offsets[:-1]]
    return hashes


def skeleton_hashes(words: Sequence[str]) -> HashArray:
    """Return the hash of the consonants of each word; 0 for a word without consonants.

    A number has the hash of its digits. The kernel only reads ASCII words of at most `MAX_WORD`
    letters, so other words are hashed in Python.
    """
    is_plain = np.array(
        [word.isascii() and len(word) <= MAX_WORD and not word.isdigit() for word in words],
        dtype=bool,
    )
    plain = [word for word, chosen in zip(words, is_plain.tolist(), strict=True) if chosen]
    others = [word for word, chosen in zip(words, is_plain.tolist(), strict=True) if not chosen]
    hashes, filled = np.empty(len(words), dtype=np.uint64), np.empty(len(plain), dtype=np.uint64)
    letters = np.frombuffer("".join(plain).encode("ascii") or b" ", dtype=np.uint8)
    ends = np.cumsum([0, *map(len, plain)], dtype=np.int64)
    fill_skeleton_hashes(ends, letters, SKELETON_RULES, filled)
    hashes[is_plain] = filled
    hashes[~is_plain] = hash_texts(
        word if word.isdigit() else skeleton_code(word) for word in others
    )
    return hashes


class TokenLetters(NamedTuple):
    """Letters of tokens as UTF-8.

    The letters of token i are `letters[offsets[i]:offsets[i + 1]]`. `is_ascii` tells, for each
    token, whether all its letters are ASCII.
    """

    offsets: npt.NDArray[np.int32]
    letters: ByteArray
    is_ascii: npt.NDArray[np.bool_]


def token_letters(table: TokenTable) -> TokenLetters:
    """Return the letters of the tokens of a table."""
    is_ascii = np.fromiter(map(str.isascii, table.texts), dtype=bool, count=len(table))
    return TokenLetters(*_bytes_of(table.texts), is_ascii)


def joined_hashes(
    forms: Ragged, table: TokenTable, letters: TokenLetters, workers: int = 1
) -> tuple[HashArray, HashArray]:
    """Return the hash and the skeleton hash of each token joined with the next token of its form.

    Both are 0 for the last token of a form. The result does not depend on `workers` (threads).
    """
    count = len(forms.items)
    joined, bones = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    if count < 2:
        return joined, bones
    inside = np.ones(count, dtype=bool)
    inside[forms.offsets[1:][forms.counts > 0] - 1] = False
    at = np.flatnonzero(inside)
    texts, (offsets, data, is_ascii) = table.texts, letters
    # The kernel reads ASCII only; the few words with other letters are joined here.
    spelled = is_ascii[forms.items[at]] & is_ascii[forms.items[at + 1]]
    indices = at[spelled]

    def fill(part: npt.NDArray[np.int64]) -> None:
        """Fill in the hashes at some positions."""
        fill_joined_hashes(part, forms.items, offsets, data, SKELETON_RULES, joined, bones)

    with threads(workers if len(indices) >= _MIN_PARALLEL else 1) as pool:
        list(pool.map(fill, np.array_split(indices, workers)))
    for index in at[~spelled].tolist():
        text = texts[forms.items[index]] + texts[forms.items[index + 1]]
        if len(text) <= MAX_JOINED:
            bare = skeleton_code(text)
            joined[index], bones[index] = hash64(text), hash64(bare) if len(bare) > 2 else 0
    return joined, bones


def _bytes_of(
    texts: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return the offsets and letters of texts, as `TokenLetters` holds them."""
    packed = pa.array(texts, pa.string())
    _, offsets, data = packed.buffers()
    letters = (
        np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    )
    return np.frombuffer(offsets, dtype=np.int32), letters
