"""Kinds of crime of a record, from FollowTheMoney topics and from the words of charges.

Only plain statements count. An activity is weak context for an identity, and never guilt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from resolver.records import Activity

_TOPIC_ACTIVITIES: dict[str, Activity] = {
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
_CHARGE_PATTERNS: dict[Activity, tuple[str, ...]] = {
    Activity.PEOPLE_SMUGGLING: (
        r"smuggl\w{0,20} of (?:migrants|persons|people|aliens|human)",
        r"(?:migrant|people|alien|human)s?[- ]smuggl",
        r"illegal (?:(?:im|em)?migration|(?:border )?crossing)",
        r"illicit immigration",
        r"trafic (?:illicite )?de migrants",
        r"aide à l.(?:entrée|immigration)",
        r"tráfico (?:ilícito |ilegal )?de (?:migrantes|personas indocumentadas)",
    ),
    Activity.HUMAN_TRAFFICKING: (
        r"traffick\w{0,20} (?:in|of) (?:human|person|people|women|child|minor)",
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
        r"embezzl\w{0,20} of public",
        r"cohecho",
        r"soborno",
        r"abuse of (?:power|office)",
    ),
    Activity.FRAUDULENT_TRAVEL_DOCUMENTS: (
        r"(?:forg|fals|counterfeit|fraudulent)\w{0,20} (?:\w{1,30} ){0,4}(?:passport|(?:travel"
        r"|identity) document|visa)",
        r"passport (?:fraud|forgery)",
        r"faux passeport",
        r"pasaporte falso",
    ),
}
_PATTERNS = {
    activity: re.compile("|".join(words), re.IGNORECASE)
    for activity, words in _CHARGE_PATTERNS.items()
}


def topic_activities(topics: Iterable[str]) -> tuple[Activity, ...]:
    """Return the activities of FollowTheMoney topics, without `crime` next to a specific one."""
    activities = {_TOPIC_ACTIVITIES[topic] for topic in topics if topic in _TOPIC_ACTIVITIES}
    return _most_specific(activities)


def charge_activities(charges: Iterable[str]) -> tuple[Activity, ...]:
    """Return the activities that charges name; `OTHER` for charges without a known word."""
    texts = [charge for charge in charges if charge.strip()]
    activities = {
        activity
        for activity, pattern in _PATTERNS.items()
        for text in texts
        if pattern.search(text)
    }
    return _most_specific(activities or ({Activity.OTHER} if texts else set()))


def _most_specific(activities: set[Activity]) -> tuple[Activity, ...]:
    specific = activities - {Activity.OTHER}
    return tuple(sorted(specific or activities))
