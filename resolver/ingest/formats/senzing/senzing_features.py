"""Senzing's attributes: which belong together, and what each family of them says about a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from resolver.ingest.io.json_values import date_or_text, text_of, texts
from resolver.ingest.io.text_rows import Json
from resolver.ingest.text.machine_dates import read_date
from resolver.ingest.text.record_draft import Draft
from resolver.records import Address, Identifier, Relation, RelationType

# One attribute, one property.
_PLAIN = {
    "GENDER": "gender",
    "NATIONALITY": "nationality",
    "CITIZENSHIP": "citizenship",
    "PLACE_OF_BIRTH": "birthPlace",
    "COUNTRY_OF_BIRTH": "birthCountry",
    "COUNTRY_OF_ASSOCIATION": "country",
    "REGISTRATION_COUNTRY": "jurisdiction",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "WEBSITE_ADDRESS": "website",
    "TOPIC": "topics",
    "URL": "sourceUrl",
    "LAST_CHANGE": "modifiedAt",
}
_DATES = {
    "DATE_OF_BIRTH": "birthDate",
    "DATE_OF_DEATH": "deathDate",
    "REGISTRATION_DATE": "incorporationDate",
}
# Families of identifiers → property. Their attributes are the family's name with each of `_NUMBER_PARTS`.
_NUMBERS = {
    "PASSPORT": "passportNumber",
    "DRIVERS_LICENSE": "idNumber",
    "NATIONAL_ID": "idNumber",
    "OTHER_ID": "idNumber",
    "TRUSTED_ID": "idNumber",
    "SSN": "socialSecurityNumber",
    "TAX_ID": "taxNumber",
    "LEI": "leiCode",
    "DUNS": "dunsCode",
    "NPI": "registrationNumber",
    "ACCOUNT": "idNumber",
}
# What a number's own type may say better than its family.
_TYPES = {
    "WIKIDATA": "wikidataId",
    "PASSPORT": "passportNumber",
    "LEI": "leiCode",
    "IMO": "imoNumber",
    "MMSI": "mmsi",
    "INN": "innCode",
    "OGRN": "ogrnCode",
    "SWIFT": "swiftBic",
    "BIC": "swiftBic",
    "VAT": "vatCode",
    "TAX": "taxNumber",
    "ISIN": "isin",
    "REGISTRATION": "registrationNumber",
}
_NUMBER_PARTS = ("NUMBER", "TYPE", "COUNTRY", "STATE", "DOMAIN", "ISSUE_DT", "EXPIRE_DT")
_NAME_PARTS = {
    "NAME_FIRST": "firstName",
    "NAME_MIDDLE": "middleName",
    "NAME_LAST": "lastName",
    "NAME_SUFFIX": "nameSuffix",
}
_NAMES = ("NAME_TYPE", "NAME_FULL", "NAME_ORG", "NAME_PREFIX", *_NAME_PARTS)
_LINES = tuple(f"ADDR_LINE{number}" for number in range(1, 7))
_ADDRESS = (
    "ADDR_TYPE",
    "ADDR_FULL",
    "ADDR_CITY",
    "ADDR_STATE",
    "ADDR_POSTAL_CODE",
    "ADDR_COUNTRY",
    *_LINES,
)
_POINTER = ("REL_POINTER_DOMAIN", "REL_POINTER_KEY", "REL_POINTER_ROLE")
_ANCHOR = ("REL_ANCHOR_DOMAIN", "REL_ANCHOR_KEY")
_MEMBER = ("GROUP_ASSOCIATION_TYPE", "GROUP_ASSOCIATION_ORG_NAME", "EMPLOYER_NAME", "EMPLOYER")

_FAMILY_OF: dict[str, str] = {
    **{name: name for name in (*_PLAIN, *_DATES)},
    **{f"{family}_{part}": family for family in _NUMBERS for part in _NUMBER_PARTS},
    **dict.fromkeys(_NAMES, "NAME"),
    **dict.fromkeys(_ADDRESS, "ADDR"),
    **dict.fromkeys(_POINTER, "REL_POINTER"),
    **dict.fromkeys(_ANCHOR, "REL_ANCHOR"),
    **dict.fromkeys(_MEMBER, "MEMBER"),
    **dict.fromkeys(("PHONE_TYPE", "EMAIL_TYPE", "WEBSITE_TYPE"), "TYPE"),
}
_BOOKKEEPING = frozenset(
    ("DATA_SOURCE", "RECORD_ID", "RECORD_TYPE", "ENTITY_TYPE", "DSRC_ACTION", "LOAD_ID")
)

_KIN = frozenset(
    [
        "FAMILY",
        "SPOUSE",
        "PARENT",
        "CHILD",
        "SON",
        "FATHER",
        "MOTHER",
        "BROTHER",
        "SISTER",
        "RELATIVE",
    ]
)
_ROLES: tuple[tuple[RelationType, frozenset[str]], ...] = (
    (RelationType.FAMILY_OF, _KIN),
    (RelationType.OWNER_OF, frozenset(("OWNER", "SHAREHOLDER"))),
    (RelationType.LEADER_OF, frozenset(("DIRECTOR", "OFFICER", "CHAIR", "LEADER", "PRINCIPAL"))),
    (RelationType.MEMBER_OF, frozenset(("MEMBER", "EMPLOYEE"))),
    (RelationType.ASSOCIATE_OF, frozenset(("ASSOCIATE",))),
)


@dataclass(slots=True)
class Group:
    """Attributes of one family and usage that stand together. `usage` is what stood before them (`HOME`, `AKA`)."""

    family: str
    usage: str = ""
    said: dict[str, str] = field(default_factory=dict)

    def get(self, attribute: str) -> str:
        """The text of an attribute, or an empty one."""
        return self.said.get(attribute, "")


def groups(feature: Json) -> Iterator[Group]:
    """The attributes of one object, grouped; each that no family knows is a group of family `NOTE`."""
    found: dict[tuple[str, str], Group] = {}
    for key, value in feature.items():
        text = text_of(value)
        if not text or key in _BOOKKEEPING:
            continue
        attribute, usage = _attribute(key.upper())
        family = _FAMILY_OF.get(attribute, "NOTE")
        slot = (family, usage if family != "NOTE" else key)
        found.setdefault(slot, Group(family, usage)).said[attribute] = text
    yield from found.values()


def _attribute(key: str) -> tuple[str, str]:
    """An attribute and the usage before it: the longest known attribute that ends the key."""
    at = 0
    while at >= 0:
        if key[at:] in _FAMILY_OF:
            return key[at:], key[: max(at - 1, 0)]
        at = key.find("_", at) + 1 or -1
    return key, ""


def schema_guess(features: list[Json]) -> str:
    """The schema of a record that does not say its type, by the attributes it has."""
    names = {_attribute(key.upper())[0] for feature in features for key in feature}
    if names & {"NAME_FIRST", "NAME_LAST", "DATE_OF_BIRTH", "GENDER", "PASSPORT_NUMBER"}:
        return "Person"
    return "Organization" if "NAME_ORG" in names else "LegalEntity"


def tell(draft: Draft, group: Group) -> None:
    """Add what a group says. Raises `DateError` for a date that cannot be read."""
    family = group.family
    if family in _PLAIN:
        draft.say(_PLAIN[family], group.get(family), family)
    elif family in _DATES:
        draft.say(_DATES[family], read_date(group.get(family)), family)
    elif family in _NUMBERS:
        _number(draft, group)
    elif family in _FAMILIES:
        _FAMILIES[family](draft, group)


def pointer(group: Group, record_id: str) -> Relation:
    """The relation of a relationship pointer to a record."""
    role = group.get("REL_POINTER_ROLE")
    words = set(role.upper().replace("-", "_").split("_"))
    kind = next((kind for kind, known in _ROLES if words & known), RelationType.LINKED_TO)
    return Relation(kind, record_id, "", role)


def _name(draft: Draft, group: Group) -> None:
    usage = (group.get("NAME_TYPE") or group.usage).upper()
    parts = {prop: group.get(attribute) for attribute, prop in _NAME_PARTS.items()}
    full = group.get("NAME_FULL") or group.get("NAME_ORG")
    named = any(value.prop in ("name", "lastName") for value in draft.values)
    if usage in ("", "PRIMARY") and not named:
        draft.say("name", full, "NAME")
        for prop, text in parts.items():
            draft.say(prop, text, "NAME")
        return
    former = any(word in usage for word in ("MAIDEN", "FORMER", "PREVIOUS"))
    text = full or " ".join(text for text in parts.values() if text)
    draft.say("previousName" if former else "alias", text, f"{usage} NAME".strip())


def _address(draft: Draft, group: Group) -> None:
    street = " ".join(text for line in _LINES if (text := group.get(line)))
    city, state, postal_code, country = (
        group.get(f"ADDR_{part}") for part in ("CITY", "STATE", "POSTAL_CODE", "COUNTRY")
    )
    origin = group.get("ADDR_TYPE") or group.usage
    draft.add(Address(group.get("ADDR_FULL"), street, city, state, postal_code, country, origin))


def _number(draft: Draft, group: Group) -> None:
    family = group.family
    number, kind = (
        group.get(f"{family}_NUMBER"),
        group.get(f"{family}_TYPE") or group.get(f"{family}_DOMAIN"),
    )
    if not number:
        return
    if kind.upper() == "OPEN_SANCTIONS" and draft.id.endswith(f":{number}"):
        return  # the record's own id, said once more
    prop = next(
        (prop for word, prop in _TYPES.items() if word in kind.upper().split("_")), _NUMBERS[family]
    )
    country = group.get(f"{family}_COUNTRY") or group.get(f"{family}_STATE")
    issued, expires = (
        date_or_text(group.get(f"{family}_{part}")) for part in ("ISSUE_DT", "EXPIRE_DT")
    )
    draft.add(Identifier(prop, number, country, kind, issued, expires, "", family))


def _member(draft: Draft, group: Group) -> None:
    for attribute in ("GROUP_ASSOCIATION_ORG_NAME", "EMPLOYER_NAME", "EMPLOYER"):
        if name := group.get(attribute):
            role = "employee" if attribute.startswith("EMPLOYER") else ""
            draft.add(Relation(RelationType.MEMBER_OF, "", name, role, origin=attribute))


def _note(draft: Draft, group: Group) -> None:
    for attribute, text in group.said.items():
        draft.note(f"{attribute}: {text}", attribute)


_FAMILIES: dict[str, Callable[[Draft, Group], None]] = {
    "NAME": _name,
    "ADDR": _address,
    "MEMBER": _member,
    "NOTE": _note,
}


def topics_of(features: list[Json]) -> list[str]:
    """The topics among the features."""
    return [text for feature in features for text in texts(feature.get("TOPIC"))]
