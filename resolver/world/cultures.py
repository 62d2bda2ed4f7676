"""Name cultures of the world: name structure, home regions and share of the population.

Rows state the share of persons who have each name part. The lists of names are in `vocabulary`.
"""

from __future__ import annotations

from dataclasses import dataclass

REGIONS = (
    "western-europe",
    "iberia",
    "balkans",
    "aegean",
    "eastern-europe",
    "caucasus",
    "anatolia",
    "levant",
    "maghreb",
    "sahel",
    "horn",
    "persia",
    "indus",
    "pacific",
    "mekong",
    "americas",
)


@dataclass(frozen=True, slots=True)
class Culture:
    """Naming tradition of a population.

    `script` is its own script. `weight` is its share of the population. `family_first` says that
    the family name stands first at home; `middle_first` says that the middle name stands before the
    given name. `middle`, `father`, `grandfather`, `family` and `second` are the shares (0…1) of
    persons whose full name has these parts. `son_of` are the words that may stand before the
    father's name. `pets` is the share of persons known by a nickname. `states_father` says that
    documents state the father's name even if the full name lacks it. `countries` are ISO codes;
    frequent countries are repeated. `regions` are the regions where its people live, home first.
    """

    name: str
    script: str
    weight: float
    regions: tuple[str, ...]
    countries: str
    family_first: bool = False
    middle_first: bool = False
    middle: float = 0.0
    father: float = 0.0
    grandfather: float = 0.0
    family: float = 1.0
    second: float = 0.0
    son_of: tuple[str, ...] = ()
    pets: float = 0.1
    states_father: bool = False

    @property
    def is_latin(self) -> bool:
        """True if its own script is Latin."""
        return self.script == "Latin"


CULTURES: tuple[Culture, ...] = (
    Culture(
        "arabic-levant",
        "Arabic",
        11,
        ("levant", "anatolia"),
        "SY SY SY IQ IQ IQ EG EG EG LB JO YE SD PS SA",
        middle=0.06,
        father=0.7,
        grandfather=0.3,
        family=0.94,
        son_of=("bin", "ibn", "b."),
        states_father=True,
    ),
    Culture(
        "arabic-maghreb",
        "Arabic",
        9,
        ("maghreb", "iberia"),
        "MA MA MA DZ DZ DZ TN TN LY LY",
        middle=0.08,
        father=0.12,
        grandfather=0.02,
        son_of=("ben", "bin", "ould"),
        states_father=True,
    ),
    Culture("persian", "Arabic", 5, ("persia", "anatolia"), "IR", middle=0.12, states_father=True),
    Culture("afghan", "Arabic", 5, ("persia", "indus"), "AF", family=0.6, states_father=True),
    Culture(
        "pakistani",
        "Arabic",
        5,
        ("indus", "western-europe"),
        "PK PK PK PK GB",
        middle=0.4,
        son_of=("s/o",),
        father=0.06,
        states_father=True,
    ),
    Culture(
        "indian",
        "Devanagari",
        4,
        ("indus", "western-europe"),
        "IN IN IN IN GB",
        middle=0.2,
        states_father=True,
    ),
    Culture(
        "russian",
        "Cyrillic",
        7,
        ("eastern-europe", "caucasus"),
        "RU RU RU RU RU BY KZ",
        family_first=True,
        father=0.92,
        pets=0.18,
    ),
    Culture(
        "ukrainian",
        "Cyrillic",
        5,
        ("eastern-europe",),
        "UA",
        family_first=True,
        father=0.92,
        pets=0.15,
    ),
    Culture(
        "chinese",
        "Han",
        7,
        ("pacific", "mekong"),
        "CN CN CN CN CN CN HK TW MY SG",
        family_first=True,
        middle=0.06,
    ),
    Culture(
        "korean", "Hangul", 3, ("pacific",), "KR KR KR KR KP KP", family_first=True, middle=0.03
    ),
    Culture("japanese", "Han", 2, ("pacific",), "JP", family_first=True),
    Culture(
        "vietnamese",
        "Latin",
        4,
        ("mekong", "eastern-europe"),
        "VN",
        family_first=True,
        middle_first=True,
        middle=0.97,
    ),
    Culture(
        "turkish",
        "Latin",
        5,
        ("anatolia", "western-europe"),
        "TR TR TR TR DE",
        middle=0.12,
        states_father=True,
    ),
    Culture(
        "west-african",
        "Latin",
        6,
        ("sahel", "maghreb"),
        "SN SN ML ML GN NG NG NG GH GH CI GM BF SL",
        middle=0.12,
    ),
    Culture(
        "horn-african",
        "Latin",
        5,
        ("horn", "maghreb"),
        "SO SO ER ER ET ET",
        father=0.95,
        family=0.85,
    ),
    Culture(
        "spanish",
        "Latin",
        5,
        ("americas", "iberia"),
        "ES ES MX MX MX CO CO VE EC PE CU DO GT HN AR",
        middle=0.45,
        second=0.8,
    ),
    Culture(
        "english",
        "Latin",
        4,
        ("western-europe", "americas"),
        "GB GB GB US US IE CA AU",
        middle=0.55,
        pets=0.2,
    ),
    Culture("french", "Latin", 3, ("western-europe",), "FR FR FR BE CH CA", middle=0.25),
    Culture("german", "Latin", 3, ("western-europe",), "DE DE DE DE AT CH", middle=0.2),
    Culture("balkan", "Cyrillic", 4, ("balkans",), "RS RS RS BA BA ME MK HR SI", father=0.05),
    Culture(
        "greek",
        "Greek",
        3,
        ("aegean",),
        "GR GR GR GR CY",
        middle=0.05,
        pets=0.2,
        states_father=True,
    ),
    Culture("georgian", "Georgian", 3, ("caucasus", "eastern-europe"), "GE"),
    Culture("armenian", "Armenian", 2, ("caucasus", "eastern-europe"), "AM AM AM RU"),
)
CULTURE_NAMES = tuple(culture.name for culture in CULTURES)
