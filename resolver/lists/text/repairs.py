"""Repair cells of printed lists before they are read.

- Join words that a line break has cut at their hyphen: `Научно- производственный`.
- Split several names in one cell, and remove words after a name. A text is only split if every
  piece is a name by itself.
- Split telephone numbers in a cell: several numbers, faxes, and endings after a slash.
- Find numbers in cells of another kind: IMO numbers and telephones in addresses, documents and
  register numbers in remarks.
- Restore the order of words in names in Arabic script. Letters in presentation forms (the shapes
  that letters have in print) show that a text was copied from a printed page. If its lines were
  mixed, the words of a Persian name come family first, or reversed. The Latin name of the entry,
  with its family name in capitals, shows the right order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from itertools import pairwise

from rapidfuzz.distance import JaroWinkler
from stdnum import imo
from stdnum.exceptions import ValidationError
from stdnum.ru import inn

from resolver.data import load_words
from resolver.lists.text.list_documents import narrow_russian, read_document
from resolver.lists.text.name_words import is_country, is_legal_form
from resolver.names.lexicons.legal_forms import find_legal_forms
from resolver.records import Identifier, Value
from resolver.records.properties import PASSPORT
from resolver.runtime.icu import Transliterator

_BREAK = re.compile(r"([^\W\d_]{1,60})[-‐]\s+(?=([^\W\d_]{1,60}))")
_ARTICLES = frozenset("al el as ar an at az ash ad ul ur ibn abu abou bin umm ould".split())
_CYRILLIC = re.compile("[\u0400-\u04ff]")
# First parts of compounds: научно-, производственно-; nauchno-.
_LINKING_VOWELS = tuple("оеё")


def join_line_breaks(text: str, *, is_person: bool) -> str:
    """Return a name without the spaces that line breaks have left after hyphens.

    A person's hyphen always joins. In the name of a group a hyphen may also be a dash. It then
    joins only an article (`al- Islam`), the first part of a Russian compound, or a small letter
    after it. Soft hyphens are removed, and the typographic hyphen becomes the usual one.
    """
    text = text.replace("\u00ad", "").replace("‐", "-")
    if "- " not in text:
        return text

    def join(match: re.Match[str]) -> str:
        """Return the first part and its hyphen, with its space if it is a dash."""
        first, second = match[1], match[2]
        joins = is_person or _joins_in_group(first, second)
        return f"{first}-" if joins else match[0]

    return _BREAK.sub(join, text)


def _joins_in_group(first: str, second: str) -> bool:
    plain = first.casefold()
    if plain in _ARTICLES or second.casefold() in _ARTICLES:
        return True
    if _CYRILLIC.search(first):
        return plain.endswith(_LINKING_VOWELS) and len(plain) > 3
    if plain.endswith(("chno", "venno")):
        return True
    return second[0].islower() and second not in ("and", "or", "of", "the", "in", "for")


MAX_TEXT = 1_500
"""Maximum number of characters of a text that is split."""
_FIRST_LETTER = re.compile(r"\(?a\)\s*(?=\S)")
_NEXT_LETTER = re.compile(r"[\s,;]{0,9}\([b-h]\)[\s,]{0,9}")
_BARE_LETTER = re.compile(r"[\s,;]{0,9}(?<=[\s,;])\(?[b-h]\)[\s,]{0,9}")
_BRACKET = re.compile(r"\([^()]{2,200}\)")
_QUOTED = re.compile('[‘“«„"][^‘“«„"”»]{1,200}[’”»“"]')
_OPENING = '‘“«„"'
_ANY_QUOTE = re.compile('[‘’“”«»„"]')
_APOSTROPHE = re.compile(r"(?<=\w)['’‘](?=\w)")
_AND = re.compile(r" (?:and|und|et|y|и) ", re.I)
_CONTINUED = re.compile(r"(?:and|und|et|y|и|or|of|for) ", re.I)
_SMALL_START = re.compile(r"(?:al|ad|an|ar|as|at|el|the|lil)[- ]")
_COMMA = re.compile(r",\s+")
_ARABIC_COMMA = re.compile(r"(?:(?<!\s)\s++)?،\s*")
_CYRILLIC_FORMS = load_words("legal_forms", use="Cyrillic letters")
_ACRONYM = re.compile(r"[^\W\d_a-zа-я]{2,10}")
_FORMS = load_words("legal_forms", use="capitals")
_WORD = re.compile(r"[^\W\d_]+")
_BRANCHES = "(?:subsidiaries|affiliates|branches|branch offices)"
_FOLLOWING = re.compile(
    r"(?:(?<![\s,])[\s,]++)?(?:\((?:including|and) all branches\)\s*+)?"
    r"\b(?:and|including|with|as well as)\s+"
    rf"(?:the following (?:{_BRANCHES}|companies|entities)|(?:all )?(?:its |their )?{_BRANCHES})"
    rf"(?: and {_BRANCHES})?\s*:?$",
    re.I,
)


def split_enumeration(text: str) -> list[str]:
    """Split `a) One, b) Two`, `(a) One (b) Two` and `One, (b) Two`; return any other text whole."""
    if len(text) > MAX_TEXT:
        return [text]
    if first := _FIRST_LETTER.match(text):
        parts = (_NEXT_LETTER if "(b)" in text else _BARE_LETTER).split(text[first.end() :])
    else:
        parts = [text] if "(a)" in text else _NEXT_LETTER.split(text)
    return [part for part in parts if part] or [text]


def split_group_list(text: str) -> list[str]:
    """Split the names of a group at commas if each piece is a whole name.

    Examples: `ПАО ‘Банк ПСБ’, ПАО ‘Промсвязьбанк’`; `JSC «A», OJSC “B”`; a name and the acronym of
    its words. `Завод ‘Знамя’, ПАО` and `Ministry of Trade, Industry and Mines` stay whole.
    """
    if len(text) > MAX_TEXT or not re.search("[,،]", text):
        return [text]
    if "،" in text:
        return [part for part in _ARABIC_COMMA.split(text) if part] or [text]
    pieces = _pieces_outside_brackets(text)
    return pieces if len(pieces) > 1 and all(pieces) and _are_names(pieces) else [text]


def _pieces_outside_brackets(text: str) -> list[str]:
    masked = _BRACKET.sub(lambda match: "(" + "x" * (len(match[0]) - 2) + ")", text)
    ends = [0, *(match.start() for match in _COMMA.finditer(masked)), len(text)]
    return [text[start:end].strip(" ,") for start, end in pairwise(ends)]


def _are_names(pieces: list[str]) -> bool:
    """Return whether each piece is a whole name; the last one may be an acronym."""
    *names, last = pieces
    if _is_acronym_of(last, names[-1]) and (len(names) == 1 or all(map(_is_whole_name, names))):
        return True
    # A piece that is only a quoted name may belong to the words before it.
    bare = sum(piece[0] in _OPENING for piece in pieces)
    has_quotes = bare in (0, len(pieces)) and any(_QUOTED.search(piece) for piece in pieces)
    return has_quotes and all(map(_is_whole_name, pieces))


def split_alias_list(text: str) -> list[str]:
    """Split a list of at least three aliases of a group: `Macina Front, Katiba Macina, FLM`.

    It is a list if each piece begins like a name, some pieces have several words, and none is
    joined to the others by `and`. `Pribory, Service, Torgovlya` and `Ministry of Culture, Youth and
    Sport` stay whole, and a legal form stays with the name before it (`Mayak Co., Ltd`).
    """
    if len(text) > MAX_TEXT or _ANY_QUOTE.search(_APOSTROPHE.sub("", text)):
        return [text]
    pieces: list[str] = []
    for piece in _pieces_outside_brackets(text):
        if pieces and is_legal_form(piece):
            pieces[-1] = f"{pieces[-1]}, {piece}"
        else:
            pieces.append(piece)
    if len(pieces) < 3 or not all(map(_begins_like_name, pieces)):
        return [text]
    has_short = any(" " not in piece for piece in pieces[1:-1])
    if all(" " not in piece for piece in pieces) or (has_short and _AND.search(pieces[-1])):
        return [text]
    return pieces


def _begins_like_name(piece: str) -> bool:
    """Return whether a piece begins with a capital, a digit or an article, but not with `and`."""
    first = piece[:1]
    is_capital = first.isalpha() and not first.islower()
    return not _CONTINUED.match(piece) and (
        is_capital or first.isdigit() or bool(_SMALL_START.match(piece))
    )


def strip_following(text: str) -> tuple[str, str]:
    """Split `X and the following subsidiaries:` into (`X`, the words after it)."""
    match = _FOLLOWING.search(text[-120:])
    if not match or match.start() + max(len(text) - 120, 0) == 0:
        return text, ""
    start = max(len(text) - 120, 0) + match.start()
    return text[:start], text[start:].strip(" ,")


def _is_whole_name(piece: str) -> bool:
    """Return whether a piece has its own quoted name, or a legal form before or after a name."""
    if len(_ANY_QUOTE.findall(piece)) % 2 == 0 and _QUOTED.search(piece):
        return True
    words = piece.split()
    if len(words) < 2:
        return False
    if words[0] in _CYRILLIC_FORMS:
        return True
    forms = find_legal_forms(piece)
    return any(
        len(piece) > len(form) + 1 and (piece.startswith(f"{form} ") or piece.endswith(f" {form}"))
        for form in forms
    )


def _is_acronym_of(text: str, name: str) -> bool:
    """Return whether a text is the acronym of a name's words, or follows a name in quotes."""
    if not _ACRONYM.fullmatch(text) or text in _CYRILLIC_FORMS or text in _FORMS:
        return False
    initials = "".join(word[0] for word in _WORD.findall(name)).upper()
    return text in (initials, "".join(re.findall(r"\b[^\W\d_a-zа-яё]", name))) or (
        len(text) > 2 and name[-1:] in "’”»" and bool(_QUOTED.search(name))
    )


_PIECE = re.compile(
    r"(?:(?<!\s)\s++)?([;,])\s*|(?:\.|(?<!\s))\s++(?=(?:tele)?fax\b)|(?<!\s)\s++or\s+", re.I
)
_FAX = re.compile(r"fax|факс", re.I)
_FAX_AFTER = re.compile(r"\((?:tele)?fax\)\s*$", re.I)
_LABEL = re.compile(r"^(?:tel(?:ephone)?|phone|mobile|cell)s?(?:\s+no)?[.: ]*", re.I)
_FIGURES = re.compile(r"[\d+() .-]{1,30}")
_SLASH = re.compile(r"(?:(?<!\s)\s++)?/\s*")
MIN_DIGITS = 5
"""Minimum number of digits of a whole number; a shorter number after a slash replaces the end of
the number before it.
"""
MAX_CELL = 2_000


def read_phones(cell: str) -> tuple[list[str], list[str]]:
    """Return the telephone numbers of a cell, and the other items: faxes, short numbers, words.

    A fax label applies to the numbers that commas join to it; a label without a number applies to
    the next item.
    """
    phones: list[str] = []
    rest: list[str] = []
    faxes_continue_after = ""
    for separator, piece in _pieces(cell[:MAX_CELL]):
        has_digits = sum(map(str.isdigit, piece)) >= MIN_DIGITS
        has_label = bool(_FAX.search(piece))
        is_fax = has_label or (separator in faxes_continue_after and not _LABEL.match(piece))
        faxes_continue_after = ""
        if is_fax and not _FAX_AFTER.search(piece):
            faxes_continue_after = "," if has_digits else ",;"
        if is_fax or not has_digits:
            rest += [piece] if piece else []
        else:
            phones += split_slashes(re.sub(r"^\+\s+", "+", _LABEL.sub("", piece)))
    return phones, [*rest, *([cell[MAX_CELL:]] if len(cell) > MAX_CELL else [])]


def _pieces(cell: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a cell with the sign before it (a space if there is none)."""
    parts = _PIECE.split(cell)
    yield " ", parts[0]
    for separator, piece in zip(parts[1::2], parts[2::2], strict=True):
        yield separator or " ", piece


def split_slashes(text: str) -> list[str]:
    """Split `495 534 61 53 / 495 534 61 83`, and `381-4410/4416` into 381-4410 and 381-4416.

    A text with words stays whole.
    """
    parts = _SLASH.split(text)
    if len(parts) == 1 or not all(_FIGURES.fullmatch(part) for part in parts):
        return [text]
    numbers = [parts[0]]
    for part in parts[1:]:
        if sum(map(str.isdigit, part)) >= MIN_DIGITS:
            numbers.append(part)
        elif part.isdigit() and numbers[0][-len(part) :].isdigit():
            numbers.append(numbers[0][: -len(part)] + part)
        else:
            return [text]
    return numbers


STRAY_NUMBERS_MAX_TEXT = 20_000
"""Number of characters of a text that are read; the rest is ignored."""
_IMO = re.compile(
    r"[\s,;(]{0,9}\b(?:Company (?:Number|No\.?) )?IMO(?: (?:number|no\.?))?:? ?(\d{7})\b\)?", re.I
)
_PHONE_LABEL = r"\b(?:Tel|Telephone|Phone)(?: (?:number|no))?(?:[.:]{1,2} ?| (?=\+))"
_PHONE = re.compile(
    rf"[\s,;]{{0,9}}\({_PHONE_LABEL}(?P<inner>\+? ?\d[\d /+.-]{{5,60}}\d)\)"
    rf"|[\s,;]{{0,9}}{_PHONE_LABEL}(?P<last>\+? ?\(?\d[\d() /+.-]{{5,60}}\d)[ .;]{{0,3}}$",
    re.I,
)
_PASSPORT = re.compile(
    r"(?:\b[A-Z][a-z]{1,20} ){0,2}(?:\b[Dd]iplomatic |\b[Ss]ervice )?\b[Pp]assport "
    r"(?:[Nn]o\b\.?|[Nn]r\b\.?|[Nn]umber\b|#):? ?(?=(?:[A-Z]{1,3} )?\S{0,6}\d)"
)
_END = re.compile(r";|\.\s+(?=[A-Z])(?<!No\. )|\band (?=(?:diplomatic )?passport)", re.I)
_SENTENCE = re.compile(r"\A.*(?:;|(?<!\b[Nn]o)\.)\s", re.S)
_NOT_OWN = re.compile(
    r"\b(?:false|fake|forged|fraudulent|counterfeit|stolen|issued to|belonging to)\b"
    r"|\b(?:wife|husband|son|daughter|brother|sister|father|mother)(?:['’]s)? (?:\w+ )?passport",
    re.I,
)
_REGISTER = re.compile(
    r"\b(INN|KPP|OGRN|OKPO|ИНН|КПП|ОГРН|ОКПО)(?:/(KPP|КПП))?(?: (?:no\.?|number|code))?[:\s]{0,2}"
    r"(\d{8,15})\b(?:\s?/\s?(\d{9})\b)?"
)
_REGISTER_PROPERTIES = {
    "INN": "taxNumber",
    "ИНН": "taxNumber",
    "KPP": "kppCode",
    "КПП": "kppCode",
    "OGRN": "registrationNumber",
    "ОГРН": "registrationNumber",
    "OKPO": "okpoCode",
    "ОКПО": "okpoCode",
}
_LENGTHS = {"taxNumber": (10, 12), "kppCode": (9,), "registrationNumber": (13, 15)}

_SPELLED = re.compile(
    r"(?P<before>(?:\b[A-Z][a-z]{1,20} ){0,3})\b(?P<label>social security number"
    r"|(?:federal )?employer identification number|national tax number"
    r"|company registration number|registered company number)"
    r"(?: \((?P<inside>[^()]{2,40})\))?:? ?(?P<number>\d[\d-]{4,13}\d)\b",
    re.I,
)
_SPELLED_PROPERTIES = (
    ("security", "socialSecurityNumber"),
    ("employer", "taxNumber"),
    ("tax", "taxNumber"),
    ("company", "registrationNumber"),
)
"""Words of labels → properties."""

Facts = list[Value | Identifier]


def take_address_numbers(text: str, origin: str) -> tuple[str, Facts]:
    """Return an address without the IMO numbers and telephones in it, and these numbers."""
    facts: Facts = []
    for match in _IMO.finditer(text):
        if _is_imo(match[1]):
            facts.append(Identifier("imoNumber", match[1], type="IMO number", origin=origin))
            text = text.replace(match[0], " ")
    for match in _PHONE.finditer(text):
        phones, _ = read_phones(match["inner"] or match["last"])
        facts += [Value("phone", phone, origin) for phone in phones]
        text = text.replace(match[0], " ")
    return " ".join(text.split()).strip(" ,;"), facts


def _is_imo(number: str) -> bool:
    """Return whether seven digits may be the IMO number of a ship or company by their check digit.

    Companies' numbers have another check digit than ships' numbers (IMO resolution MSC.160(78)).
    """
    try:
        imo.validate(number)
    except ValidationError:
        weights = (8, 6, 4, 2, 9, 7)
        total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))
        return (11 - total % 11) % 10 == int(number[6])
    return True


def find_passports(text: str, origin: str) -> list[Identifier]:
    """Return the passports with a number that a remark calls the person's own.

    A forged passport, or a passport of a relative, stays in the remark.
    """
    passports = []
    text = text[:STRAY_NUMBERS_MAX_TEXT]
    for match in _PASSPORT.finditer(text):
        end = _END.search(text, match.end())
        phrase = text[match.start() : min(end.start() if end else len(text), match.end() + 150)]
        before = text[max(match.start() - 150, 0) : match.start()]
        if _NOT_OWN.search(_SENTENCE.sub("", before) + phrase):
            continue
        phrase = phrase.replace("which expire", "expire")
        if document := read_document(phrase, PASSPORT, origin):
            passports.append(document)
    return passports


def find_registers(text: str, origin: str) -> list[Identifier]:
    """Return the register numbers in a remark, as in `INN/KPP 5008011331/771701001`, `Hong Kong
    company registration number 1177053`.
    """
    numbers = list(
        map(partial(_read_spelled, origin), _SPELLED.finditer(text[:STRAY_NUMBERS_MAX_TEXT]))
    )
    for match in _REGISTER.finditer(text[:STRAY_NUMBERS_MAX_TEXT]):
        pairs = [(match[1], match[3])] + ([(match[2] or "KPP", match[4])] if match[4] else [])
        for label, number in pairs:
            prop = _REGISTER_PROPERTIES[label]
            if len(number) not in _LENGTHS.get(prop, (8, 10)) or (
                prop == "taxNumber" and not inn.is_valid(number)
            ):
                continue
            prop = narrow_russian(prop, number, "")
            numbers.append(Identifier(prop, number, type=label, origin=origin))
    return numbers


def _read_spelled(origin: str, match: re.Match[str]) -> Identifier:
    """Return the number of a match of `_SPELLED`, with the country that the words name, if any."""
    words = match["before"].split()
    places = [match["inside"] or "", *(" ".join(words[start:]) for start in range(len(words)))]
    label = match["label"].lower()
    prop = next(prop for word, prop in _SPELLED_PROPERTIES if word in label)
    country = next((place for place in places if place and is_country(place)), "")
    return Identifier(prop, match["number"], country, label, origin=origin)


PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
MAX_WORDS = 8
_SAME = 0.8
"""Jaro-Winkler similarity of consonants above which two words are the same."""
_DIGRAPHS = (("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "k"), ("zh", "z"), ("th", "s"))
_CONSONANTS = str.maketrans({"q": "k", "c": "k", "v": "w", "z": "s", "j": "g"})
_VOWELS = re.compile("[^bdfghklmnprstw]|(?<=[a-z])[hw]")


def restore_word_order(text: str, forenames: str, family: str) -> str:
    """Return an Arabic-script name with the given names first, or unchanged.

    It is changed only if it has presentation forms, its first word is the family name, each of its
    words is a word of the Latin name, and the Latin name has these words in another order.
    """
    words = text.split()
    if not PRESENTATION_FORMS.search(text) or not 2 <= len(words) <= MAX_WORDS:
        return text
    latin = re.split(r"[\s-]+", f"{forenames} {family}".strip())
    codes = [_consonants(word) for word in latin]
    family_start = len(latin) - len(re.split(r"[\s-]+", family.strip()))
    places: list[int] = []
    for word in words:
        place = _place_of(_consonants(word), codes, places)
        if place < 0:
            return text
        places.append(place)
    if places[0] < family_start:
        return text
    return " ".join(word for _, word in sorted(zip(places, words, strict=True)))


def _place_of(code: str, codes: list[str], earlier: list[int]) -> int:
    """Return the position of the most similar word at no earlier position, or -1."""
    scores = [
        (JaroWinkler.similarity(code, other), -place)
        for place, other in enumerate(codes)
        if place not in earlier and code and other
    ]
    best, place = max(scores, default=(0.0, 1))
    return -place if best >= _SAME else -1


@cache
def _to_latin() -> Transliterator:
    return Transliterator("NFKC; Any-Latin; Latin-ASCII; Lower")


def _consonants(word: str) -> str:
    """Return the consonants of a word in Latin letters; consonants of one sound become one
    letter.
    """
    plain = _to_latin().transliterate(word).lower()
    for digraph, letter in _DIGRAPHS:
        plain = plain.replace(digraph, letter)
    return _VOWELS.sub("", plain.translate(_CONSONANTS))
