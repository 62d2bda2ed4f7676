"""Words of names that show the kind of their bearer, and names of countries in lists.

Only plain signs count: a legal form, a commercial or an institutional word, a title. A name without
any of them gives no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from resolver.records.prepared.text_cache import cache_short_texts
from resolver.reference.legal_forms import find_legal_forms
from resolver.reference.territories import all_territories


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMPANY_WORDS = _word_set(
    """
    company companies co corporation corp bank banque banco bankasi trading trade trdg commerce
    industries industry industrial shipping shpg airline airlines airways air aviation holding
    holdings enterprise enterprises investment investments invest inversiones exchange exchanges
    export exports import imports insurance logistics manufacturing factory plant refinery
    petrochemical petroleum oil gas steel cement mining mines electronics electronic technologies
    engineering construction contracting constructora inmobiliaria comercializadora comercial
    distribuidora importadora agricola ganadera compania cia empresa transportes transportation
    supermarket pharmaceuticals pharmacy jewelry brokerage hotel hotels restaurant boutique farm
    ranch store stores shop mart shipyard shipyards lines tanker tankers tours travel fund funds
    capital partners properties realty telecom telecommunications communications media software
    systems solutions services supply supplies products equipment metals computers machinery
    machines motors tools chemicals fertilizer textiles fashion foods beverages wholesale retail
    marketing consulting consultants technik handel vertrieb vertriebs anstalt technics technology
    tech group grupo international internacional hawala money commercial ventures venture maritime
    marine aerospace cargo freight power energy digital web photomasking networks data refining
    nonwovens fibers networking office gongsi eood ead fzc fze fzco sal doo ad kk firm business
    results zone
    """
)
_GROUP_WORDS = _word_set(
    """
    organization organisation foundation fundacion fund association asociacion society institute
    institution university college school academy centre center centro ministry ministerio
    department directorate bureau agency administration committee commission council authority
    office corps army force forces brigade brigades battalion regiment division militia police guard
    guards party movement front union federation league alliance coalition network cartel gang clan
    brotherhood trust charity relief welfare hospital prison colony court museum church mosque club
    team newspaper television tv radio channel embassy government republic state headquarters
    command base laboratory lab research orchestra theatre theater branch cooperative cooperation
    project program programme detachment unit squad jihad harakat jaish lashkar jamaat
    """
)
# Forms that are also common words or parts of names count only with dots or at the end.
_DOUBTFUL_FORMS = _word_set("in sa as at se yu na ag ay ku sem sad pao tov kb ao a.s an al ab")
# Company words that say nothing in the name of an armed group.
_WEAK_COMPANY_WORDS = _word_set("group grupo international internacional")
_ARMED_WORDS = _word_set(
    """
    armed combatant combatants combat fighting fighters militant militants militia guerrilla
    guerrillas guerrilleros mujahid mujahidin mujahideen mujahedeen mujahedin salafi salafist
    jihad jihadi jihadist jund islamist resistance liberation revolutionary insurgent rebel rebels
    martyrs commando commandos sabotage extremist extremists separatist taliban ttp qaida qaeda isis
    isil armado armada armados guerrillero revolucionario revolucionaria commander mullah mulla
    maulvi maulawi abu
    """
)
_NUMERALS = frozenset(("ii", "iii", "iv"))
_OTHER_FORMS = re.compile(
    r"[ ,](?:S\.? ?L|S\. (?:EN|DE) \S.*|C\.A|E\.U|S\.P\.R\b.*|L\.?L\.?P|K\.K|P\.J\.S)\.?$"
)
_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")

_TITLES = _word_set(
    """
    dr mr mrs ms prof professor doctor eng engineer ing sheikh sheik shaikh shaykh haj hajj haji
    hajji alhaj alhaji al-haj al-hajj al-hajji el-haj el-hajj el-hajji mulla mullah maulavi maulawi
    maulana mawlawi moulana mufti qari qazi ustad ustadz hojjatoleslam hojjatolislam ayatollah
    pastor reverend captain capt major maj colonel col lieutenant lt brigadier brig general gen
    admiral sergeant commander
    """
)
_RETIREMENT_MARKS = frozenset(("(rtd)", "(rtd).", "(rtd.)", "(ret)", "(ret).", "(ret.)"))


@cache_short_texts(8_192)
def guess_group_schema(name: str) -> str:
    """Return `Company` or `Organization` where the words of a name show it; else an empty text."""
    if is_armed_group(name):
        return "Organization"
    words = [word.casefold().rstrip(".") for word in _TOKEN.findall(name)]
    if _has_legal_form(name) or not _COMPANY_WORDS.isdisjoint(words):
        return (
            "Company" if _GROUP_WORDS.isdisjoint(words) or _has_legal_form(name) else "Organization"
        )
    return "" if _GROUP_WORDS.isdisjoint(words) else "Organization"


@cache_short_texts(8_192)
def is_armed_group(name: str) -> bool:
    """Return whether a name calls its bearer a group, and its other words are of armed groups.

    `Libyan Islamic Fighting Group`, `Commander Nazir Group`, `Islamic Group`; not `Hamsho Group`
    or `Revolutionary Trading Group`, whose other words are of companies.
    """
    words = [word.casefold().rstrip(".") for word in re.findall(r"[^\W\d_]+", name)]
    if _WEAK_COMPANY_WORDS.isdisjoint(words) or _has_legal_form(name):
        return False
    if not _COMPANY_WORDS.isdisjoint(set(words) - _WEAK_COMPANY_WORDS):
        return False
    if "dhabi" in words:
        return False
    return not _ARMED_WORDS.isdisjoint(words) or set(words) <= {"islamic", "group", "the", "al"}


def guess_groups_schema(names: Iterable[str]) -> str:
    """Return the schema that the first name shows, else empty; an armed group in any name wins."""
    names = list(names)
    if any(map(is_armed_group, names)):
        return "Organization"
    return next(filter(None, map(guess_group_schema, names)), "")


@cache_short_texts(8_192)
def _has_legal_form(name: str) -> bool:
    end = name.strip().casefold().rstrip(".")
    if _OTHER_FORMS.search(name):
        return True
    for form in find_legal_forms(name):
        plain = form.casefold()
        if plain in _NUMERALS:
            continue
        if (
            plain.rstrip(".") not in _DOUBTFUL_FORMS
            or ("." in plain[:-1] and len(plain) > 3)
            or end.endswith(" " + plain)
        ):
            return True
    return False


def is_legal_form(text: str) -> bool:
    """Return whether a text is nothing but a legal form (`Joint Stock Company`, `Pvt. Ltd.`)."""
    forms = find_legal_forms(text)
    return bool(forms) and len("".join(forms)) >= len(text.replace(" ", "")) * 0.8


def has_person_form(name: str) -> bool:
    """Return whether a name has the form of a person's.

    It is two to seven words of letters, or a title and a word.
    """
    if re.search(r"\d|[&@/]|\.[A-Za-z]{2,}", name) or guess_group_schema(name):
        return False
    rest, title = split_title(name)
    words = _TOKEN.findall(rest)
    if not words or len(words) > 7 or any(_is_abbreviation(word) for word in words):
        return False
    return len(words) > 1 or bool(title)


def _is_abbreviation(word: str) -> bool:
    """Return whether a word looks like a company's abbreviation: letters without a vowel."""
    bare = word.replace(".", "").casefold()
    return (
        1 < len(bare) < 4
        and "." not in word
        and not re.search(r"[aeiouy]", bare)
        and bare not in ("jr", "sr", "st", "md")
    )


def split_title(name: str) -> tuple[str, str]:
    """Split a person's name into (name, titles before it). A name of titles only stays as it is."""
    words = name.split()
    count = 0
    while count < len(words) and _is_title(words[count]):
        count += 1
    while 0 < count < len(words) and words[count].casefold() in _RETIREMENT_MARKS:
        count += 1
    if not 0 < count < len(words):
        return name, ""
    return " ".join(words[count:]), " ".join(words[:count])


def is_title(text: str) -> bool:
    """Return whether a text is titles and nothing else (`Maulavi`, `Major General`)."""
    words = text.split()
    return bool(words) and all(map(_is_title, words))


def _is_title(word: str) -> bool:
    word = word.rstrip(".").casefold()
    return word in _TITLES or ("-" in word and all(part in _TITLES for part in word.split("-")))


_OTHER_COUNTRIES = """
    bosnia-herzegovina | bosnia and herzegovina | burma | myanmar | myanmar/burma
    myanmar/ burma | turkey | türkiye | turkiye | dprk | democratic people's republic of korea
    north korea | south korea | republic of korea | drc | hong kong | uae | uk | usa | us
    macedonia | gaza | gaza strip | west bank | palestinian territories
    occupied palestinian territories | palestine | ussr | people's republic of china | prc
    the philippines | the gambia | iran (islamic republic of) | syrian arab republic
    islamic republic of iran | republic of mauritius | republic of moldova
    russian federation | the netherlands | st kitts and nevis | korea, north | congo | crimea
    democratic republic of the congo | sudan/south sudan | czech republic | ivory coast
    côte d'ivoire | cape verde | swaziland | kosovo | yugoslavia | serbia and montenegro
    union of the comoros | the gaza strip | southern lebanon | украина | россия
"""


@cache
def _countries() -> frozenset[str]:
    names = {
        name.casefold()
        for territory in all_territories()
        for name in (territory.name, territory.full_name)
    }
    return frozenset(
        names.union(map(str.strip, _OTHER_COUNTRIES.replace("\n", "|").split("|"))) - {""}
    )


def is_country(text: str) -> bool:
    """Return whether a text is the English name of a country or territory, as lists write it."""
    return " ".join(text.split()).strip(" .").casefold().replace("’", "'") in _countries()


@cache_short_texts(8_192)
def country_at_end(place: str) -> str:
    """Return the country a place ends with, or an empty text.

    Examples: `Sfax, Tunisia`; `Leningrad, USSR (now Russian Federation)`.
    """
    if match := re.search(r"\(?\bnow (?:[^()]{0,200}, )?([^(),]{1,100})\)?\s*$", place, re.I):
        last = match[1]
    else:
        last = re.sub(r"(?:(?<!\s)\s++)?\([^()]*\)\s*$", "", place).rsplit(",", 1)[-1]
        inner = re.search(r"\(([^()]+)\)\s*$", place)
        if not is_country(last) and inner:
            last = inner[1].rsplit(",", 1)[-1]
    last = last.strip(" .\"'")
    return last if is_country(last) else ""
