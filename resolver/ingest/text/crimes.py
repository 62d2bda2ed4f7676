"""What a record is tied to, from FollowTheMoney topics and from the words of charges, as kinds of crime.

Only what a topic or word plainly says is taken. An activity is weak context for who somebody is, and never guilt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from resolver.records import Activity

_TOPICS: dict[str, Activity] = {
    "crime": Activity.OTHER,
    "crime.boss": Activity.OTHER,
    "crime.cyber": Activity.OTHER,
    "crime.env": Activity.OTHER,
    "crime.theft": Activity.OTHER,
    "crime.war": Activity.OTHER,
    "crime.fin": Activity.ILLICIT_MONEY_FLOWS,
    "crime.fraud": Activity.ILLICIT_MONEY_FLOWS,
    "crime.terror": Activity.TERRORISM,
    "crime.traffick": Activity.HUMAN_TRAFFICKING,
    "crime.traffick.human": Activity.HUMAN_TRAFFICKING,
    "crime.traffick.drug": Activity.DRUGS,
    "forced.labor": Activity.HUMAN_TRAFFICKING,
}

# Words of charges, in the working languages of notices: English, French, Spanish.
_WORDS: dict[Activity, tuple[str, ...]] = {
    Activity.PEOPLE_SMUGGLING: (
        r"smuggl\w* of (?:migrants|persons|people|aliens|human)",
        r"(?:migrant|people|alien|human)s?[- ]smuggl",
        r"illegal (?:(?:im|em)?migration|(?:border )?crossing)",
        r"illicit immigration",
        r"trafic (?:illicite )?de migrants",
        r"aide à l.(?:entrée|immigration)",
        r"tráfico (?:ilícito |ilegal )?de (?:migrantes|personas indocumentadas)",
    ),
    Activity.HUMAN_TRAFFICKING: (
        r"traffick\w* (?:in|of) (?:human|person|people|women|child|minor)",
        r"human[- ]traffick",
        r"sexual exploitation",
        r"slavery",
        r"forced (?:labou?r|prostitution)",
        r"traite des? (?:êtres|personnes)",
        r"trata de (?:personas|seres|blancas)",
        r"proxen",
        r"\bpimp",
    ),
    Activity.TERRORISM: (r"terroris", r"extremis"),
    Activity.DRUGS: (
        r"\bdrugs?\b",
        r"narcotic",
        r"cocaine",
        r"heroin",
        r"cannabis",
        r"methamphetamine",
        r"psychotropic",
        r"stupéfiant",
        r"estupefaciente",
        r"\bdrogas?\b",
        r"narcotráfico",
    ),
    Activity.ARMS: (
        r"firearm",
        r"weapon",
        r"ammunition",
        r"explosi[vf]",
        r"\barmes?\b",
        r"\barmas\b",
    ),
    Activity.ILLICIT_MONEY_FLOWS: (
        r"launder",
        r"hawala",
        r"blanchiment",
        r"lavado de (?:activos|dinero)",
        r"blanqueo",
        r"financing of",
        r"tax evasion",
    ),
    Activity.CORRUPTION: (
        r"corrupt",
        r"\bbrib",
        r"embezzl\w* of public",
        r"cohecho",
        r"soborno",
        r"abuse of (?:power|office)",
    ),
    Activity.FRAUDULENT_TRAVEL_DOCUMENTS: (
        r"(?:forg|fals|counterfeit|fraudulent)\w* (?:\w+ ){0,4}(?:passport|(?:travel|identity) document|visa)",
        r"passport (?:fraud|forgery)",
        r"faux passeport",
        r"pasaporte falso",
    ),
}
_PATTERNS = {
    activity: re.compile("|".join(words), re.IGNORECASE) for activity, words in _WORDS.items()
}


def topic_activities(topics: Iterable[str]) -> tuple[Activity, ...]:
    """The activities that FollowTheMoney topics name; a general `crime` beside a special one says nothing more."""
    found = {_TOPICS[topic] for topic in topics if topic in _TOPICS}
    return _sorted(found)


def charge_activities(charges: Iterable[str]) -> tuple[Activity, ...]:
    """The activities that charges name; `OTHER` where there are charges and none of their words is known."""
    texts = [charge for charge in charges if charge.strip()]
    found = {
        activity
        for activity, pattern in _PATTERNS.items()
        for text in texts
        if pattern.search(text)
    }
    return _sorted(found or ({Activity.OTHER} if texts else set()))


def _sorted(found: set[Activity]) -> tuple[Activity, ...]:
    special = found - {Activity.OTHER}
    return tuple(sorted(special or found))
