"""Normal forms of dates, countries, places, gender, contacts and programs, and their tables.

- `address_words` reduces an address to the words that distinguish it, in the languages of some
  twenty-five countries. Words that occur in addresses of any kind (street, house, flat, district)
  are left out. Some kinds of streets tell two streets of one name apart; they are brought to one
  word each. Towns are brought to their usual name. The table `address_words` has words in the form
  that `fold` gives; words in Arabic and Persian letters have no short vowels.
- `country_code` and `current_country` read names of countries. `date_table`, `place_table` and
  `text_table` make the tables. `normalize_phone`, `normalize_email` and `normalize_website` bring
  contacts to one form.
- `program_country` finds the country of a sanctions program from its name or code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import phonenumbers

from resolver.data import load_pairs
from resolver.errors import DateError
from resolver.names.folding import HAN, HANGUL, fold, is_vowelless, letters
from resolver.names.lexicons.group_words import city_name
from resolver.records.packing import unpack_address
from resolver.records.prepared.batch import DateTable, PlaceTable, Ragged, TextTable
from resolver.records.record import Address
from resolver.reference import find_territory, territory_code
from resolver.runtime.text_cache import cache_short_texts, hash_texts
from resolver.values.dates import MAX_YEAR, MIN_YEAR, PartialDate, parse_date

_POST_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s*(?:office\s*)?box|boite\s+postale"
    r"|(?:b\.?\s?p|p\.?\s?k)\.?(?=\s*\d)"
    r"|(?:casilla|apartado)(?:\s+(?:de\s+)?(?:correos?|postal|aereo))?|ca(?:ixa|sella)\s+postale?"
    r"|skrytka(?:\s+pocztowa)?|postfach|postbus|posta\s+kutusu|а/я|абонентский\s+ящик"
    r"|ص\.?\s?ب\.?|صندوق\s+(?:(?:ال)?بريد|پستی))(?!\w)",
    re.I,
)
_ABBREVIATIONS = re.compile(
    r"\b(?:c/|r\.(?=\s)|n(?:\.|\.?\s?[º°])\s?(?=\d)|s/n\b|пр-т\b|р-н\b|б-р\b|т/ц\b)", re.I
)
_ENDED = re.compile(r"(?<=\w{3})(?:strasse|straat|str)$")
_ARTICLE = re.compile("^\u0627\u0644(?=\\w{3})")
_HAN_ENDS = re.compile(
    "[省市区區县縣镇鎮乡鄉村路街道号號室楼樓层層栋棟座弄巷都府県町丁目番地]+|(?<=\\d)-"
)
_HANGUL_END = re.compile(
    r"(?<=\w{2})(?:특별시|광역시|특별자치[시도]|[시구로길동도읍면군])(?=\s|\d|,|$)"
)


@cache
def _normal_words() -> dict[str, str]:
    return load_pairs("address_words")


def address_words(text: str) -> list[str]:
    """Return the distinct words that distinguish an address or a place, sorted.

    If no word does, the function returns all words of the text.
    """
    words = fold(_separated(_POST_BOX.sub(" pobox ", text))).split()
    local = {normal for word in words if (normal := _normal_word(word))}
    return sorted(local or set(words))


def _separated(text: str) -> str:
    """Remove abbreviations that contain a sign, and separate Han and Hangul parts into words."""
    text = _ABBREVIATIONS.sub(" ", text)
    if text.isascii():
        return text
    if HANGUL.search(text):
        return _HANGUL_END.sub("", text)
    if HAN.search(text):
        text = _HAN_ENDS.sub(" ", text)
    # A sign inside a word, such as the sign for ayn, does not end the word.
    return " ".join(
        letters(_ARTICLE.sub("", part)) if is_vowelless(part) or HAN.search(part) else part
        for part in text.split()
    )


@cache_short_texts(50_000)
def _normal_word(word: str) -> str:
    """Return the normal form of a word; empty if the word does not distinguish addresses."""
    normal = _normal_words().get(word)
    return normal if normal is not None else city_name(word) or _ENDED.sub("", word)


_NO_COUNTRY = ""
_LEADING_YEAR = re.compile(r"(\d{4})-")


@cache_short_texts(100_000)
def country_code(text: str) -> str:
    """Return the lower-case territory code of a name, demonym or code; empty if unknown."""
    stripped = text.strip().strip(".")
    if not stripped or len(stripped) > 100:
        return _NO_COUNTRY
    return territory_code(stripped) or _code_of_both_names(stripped)


def _code_of_both_names(text: str) -> str:
    """Return the code of a territory with two names and a slash between them (`Myanmar/Burma`)."""
    names = text.split("/")
    codes = {territory_code(name.strip()) for name in names} if len(names) == 2 else set()
    return codes.pop() if len(codes) == 1 else _NO_COUNTRY


def date_table(texts: Sequence[str]) -> DateTable:
    """Return canonical date texts as arrays; a text that is no date has year 0."""
    dates = [_date(text) for text in texts]
    return DateTable(
        year=np.array([date.year if date else 0 for date in dates], dtype=np.int32),
        last_year=np.array([date.last_year if date else 0 for date in dates], dtype=np.int32),
        month=np.array([date.month if date else 0 for date in dates], dtype=np.uint8),
        day=np.array([date.day if date else 0 for date in dates], dtype=np.uint8),
        circa=np.array([bool(date and date.circa) for date in dates], dtype=np.uint8),
        texts=np.array(texts, dtype=object),
    )


def _date(text: str) -> PartialDate | None:
    try:
        return _within_a_year(parse_date(text))
    except DateError:
        # If the day or month does not exist, the year still counts. 9999 is no year.
        year = _LEADING_YEAR.match(text)
        return PartialDate(int(year[1])) if year and MIN_YEAR <= int(year[1]) <= MAX_YEAR else None


def drop_coarser_dates(side: Ragged, table: DateTable) -> Ragged:
    """Remove the dates of each row that another date of the row states more exactly.

    `1962` is removed beside `1962-03-17`. Otherwise the row would agree, by its coarser date, with
    everybody who was born in 1962. Ranges and estimates stay, because a source that states one does
    not know the exact date.
    """
    counts = side.counts
    if not len(side.items) or counts.max() < 2:
        return side
    rows, several = side.rows, (counts > 1).repeat(counts)
    columns = (table.year, table.last_year, table.month, table.day, table.circa)
    year, last_year, month, day, circa = (column[side.items].astype(np.int64) for column in columns)
    is_exact = several & (year > 0) & (year == last_year) & (circa == 0)
    is_coarser = np.zeros(len(rows), dtype=bool)
    years = rows.astype(np.int64) << 32 | year << 8
    for keys, finest in ((years, month), (years | month, day)):
        is_coarse, is_finer = is_exact & (finest == 0), is_exact & (finest > 0)
        is_coarser[is_coarse] |= np.isin(keys[is_coarse], keys[is_finer])
    return Ragged.from_rows(rows[~is_coarser], side.items[~is_coarser], len(side))


def _within_a_year(date: PartialDate) -> PartialDate:
    """Return a range inside one year as the year or month that contains it."""
    if date.until is None or date.until.year != date.year:
        return date
    return PartialDate(
        date.year, date.month if date.month == date.until.month else 0, circa=date.circa
    )


@cache_short_texts(100_000)
def current_country(text: str) -> str:
    """Return `country_code` as it is compared.

    For a part of a country, it is the code of the country. For a former state with exactly one
    successor, it is the code of the successor.
    """
    code = country_code(text)
    territory = find_territory(code) if code else None
    if territory and territory.is_historical and len(territory.successors) == 1:
        code = territory.successors[0]
    return code.partition("-")[0]


@cache_short_texts(100_000)
def _is_country(text: str) -> bool:
    """Return True if a text names a country, and not a part or a city of a country."""
    code = country_code(text)
    territory = find_territory(code) if code else None
    if territory is None or "-" in code:
        return False
    return fold(text) not in {fold(place) for place in territory.places}


def _local_words(words: list[str], stated_country: str) -> list[str]:
    """Return the words that are not part of the country's name."""
    country_words = set(_place_words(stated_country)) if _is_country(stated_country) else set()
    return [word for word in words if word not in country_words]


def place_table(texts: Sequence[str], countries: dict[str, int], *, packed: bool) -> PlaceTable:
    """Return places or packed addresses as token sets, with the country that each text names."""
    addresses = [unpack_address(text) if packed else Address(full=text) for text in texts]
    shown = [address.text for address in addresses]
    words = [_place_words(plain) for plain in shown]
    stated = list(map(_country_text, addresses))
    local = [_local_words(items, text) for items, text in zip(words, stated, strict=True)]
    unique = sorted({word for items in words for word in items})
    place = {word: code for code, word in enumerate(unique)}
    return PlaceTable(
        tokens=Ragged.of([[place[word] for word in items] for items in words]),
        local=Ragged.of([[place[word] for word in items] for items in local]),
        token_texts=np.array(unique, dtype=object),
        token_hashes=hash_texts(unique),
        country=np.array(
            [countries.get(current_country(text), 0) for text in stated], dtype=np.int32
        ),
        normal=np.array([" ".join(items) for items in local], dtype=object),
        texts=np.array(shown, dtype=object),
    )


@cache_short_texts(20_000)
def _place_words(text: str) -> list[str]:
    return address_words(text)


def _country_text(address: Address) -> str:
    """Return the part of a place or address that may name its country."""
    if country_code(address.country):
        return address.country
    return re.split(r"[,;(/]", address.text)[-1].strip(" )")


def place_country(text: str, *, packed: bool) -> str:
    """Return the country code that a place or address names; empty if it names none."""
    address = unpack_address(text) if packed else Address(full=text)
    return current_country(_country_text(address))


def gender_bit(text: str) -> int:
    """Return 1 for male, 2 for female, 4 for other, 0 for unknown."""
    word = text.strip().lower()
    if word in {"male", "m", "man", "masculine", "homme", "h"}:
        return 1
    if word in {"female", "f", "woman", "feminine", "femme", "w"}:
        return 2
    return 4 if word in {"other", "x", "non-binary", "d"} else 0


def text_table(texts: Sequence[str]) -> TextTable:
    """Return normal texts as a table."""
    return TextTable(np.array(texts, dtype=object), hash_texts(texts))


def normalize_phone(text: str) -> str:
    """Return the last nine digits of a phone number, without country code and trunk zero."""
    try:
        parsed = phonenumbers.parse(text, None)
        digits = str(parsed.national_number)
    except phonenumbers.NumberParseException:
        digits = re.sub(r"\D", "", text)
    return digits[-9:] if len(digits) >= 6 else ""


def normalize_email(text: str) -> str:
    """Return an e-mail address in lower case; empty if the text is no address."""
    word = text.strip().lower().removeprefix("mailto:")
    return word if "@" in word else ""


def normalize_website(text: str) -> str:
    """Return the host of a website, without scheme and `www`."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", text.strip().lower()).split("/")[0]


_WORD = re.compile(r"[^\W\d_]+")
_ALPHA3, _MAX_WORDS = 3, 6
_CYBERSPACE = "ip"
_AUTHORITIES = frozenset("eu us un uk gb ch ca au nz jp".split())
"""First words of codes that name the authority of the program, as in `EU-SYR`."""
_CODES = {
    **dict.fromkeys(("ifsr", "ifca", "irgc"), "ir"),
    **dict.fromkeys(("darfur", "sdnz"), "sd"),
    **dict.fromkeys(("magnit", "rusda"), "ru"),
    **dict.fromkeys(("drc", "drcongo"), "cd"),
    "car": "cf",
    "southsudan": "ss",
    "taliban": "af",
}
"""Countries of words in codes of programs that are not the name of a country."""


@cache_short_texts(10_000)
def program_country(text: str) -> str:
    """Return the code of the country that a sanctions program is about; empty for none or several.

    The text may contain its name (`SYRIA-EO13894`, `South Sudan`), its code of three letters
    (`EU-PRK`) or a code of the authority (`IFSR`).
    """
    words = _WORD.findall(text)
    if len(words) > 1 and words[0].lower() in _AUTHORITIES:
        words = words[1:]
    countries, start = set(), 0
    while start < len(words):
        code, count = _first_country(words[start : start + _MAX_WORDS])
        countries.add(code)
        start += count
    countries.discard("")
    return countries.pop() if len(countries) == 1 else ""


def _first_country(words: list[str]) -> tuple[str, int]:
    """Return the country at the beginning of a text, and the number of words of its name.

    The result is `("", 1)` if the text does not begin with a country.
    """
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        code = _CODES.get(name.lower(), "") if count == 1 else ""
        code = code or _named_country(name)
        if code:
            return code, count
    return "", 1


def _named_country(name: str) -> str:
    """Return the code of the state that a text names; of short codes, only codes of ISO 3166."""
    territory = find_territory(country_code(name)) if len(name) >= _ALPHA3 else None
    if territory is None or not territory.alpha3 or territory.code == _CYBERSPACE:
        return ""
    if len(name) == _ALPHA3 and name != territory.alpha3.upper():
        return ""
    return current_country(territory.code)
