"""Lists in table formats, and the mapping files that describe their columns."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import yaml

from resolver.synthetic.agencies import Agency


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Layout of a table.

    `columns`: column of the file → column of the world. `properties`: property → columns of the
    file. `schema`: column that states what a row describes.
    """

    columns: dict[str, str]
    properties: dict[str, list[str]]
    id: str
    schema: str

    def select_columns(self, content: pa.Table) -> pa.Table:
        """Return the columns of the file from those of the world."""
        return pa.table({name: content.column(source) for name, source in self.columns.items()})

    def mapping_text(self, agency: Agency) -> str:
        """Return the mapping file of an agency as YAML."""
        content = {
            "id": self.id,
            "schema": self.schema,
            "source": agency.code,
            "agency": agency.code,
            "day_first": True,
            "properties": {
                prop: names if len(names) > 1 else names[0]
                for prop, names in self.properties.items()
            },
        }
        return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))


# Column of the office layout: (column of the world, property).
_OFFICE_COLUMNS = {
    "record_id": ("id", ""),
    "schema": ("schema", ""),
    "full_name": ("name", "name"),
    "forename": ("firstName", "firstName"),
    "surname": ("lastName", "lastName"),
    "patronymic": ("fatherName", "fatherName"),
    "title": ("title", "title"),
    "alias": ("alias", "alias"),
    "aka": ("nativeName", "alias"),
    "weak_alias": ("weakAlias", "weakAlias"),
    "former_name": ("previousName", "previousName"),
    "abbreviation": ("abbreviation", "abbreviation"),
    "sex": ("gender", "gender"),
    "dob": ("birthDate", "birthDate"),
    "date_of_birth": ("otherBirthDate", "birthDate"),
    "place_of_birth": ("birthPlace", "birthPlace"),
    "country_of_birth": ("birthCountry", "birthCountry"),
    "nationality": ("nationality", "nationality"),
    "nationalities": ("otherNationality", "nationality"),
    "country": ("country", "country"),
    "passport_no": ("passportNumber", "passportNumber"),
    "passport": ("otherPassport", "passportNumber"),
    "national_id": ("idNumber", "idNumber"),
    "registration_number": ("registrationNumber", "registrationNumber"),
    "incorporation_date": ("incorporationDate", "incorporationDate"),
    "imo": ("imoNumber", "imoNumber"),
    "mmsi": ("mmsi", "mmsi"),
    "call_sign": ("callSign", "callSign"),
    "flag": ("flag", "flag"),
    "past_flags": ("pastFlags", "pastFlags"),
    "build_date": ("buildDate", "buildDate"),
    "phone": ("phone", "phone"),
    "email": ("email", "email"),
    "street": ("street", "address.street"),
    "city": ("city", "address.city"),
    "country_of_residence": ("addressCountry", "address.country"),
    "offence": ("activity", "activity"),
    "second_offence": ("otherActivity", "activity"),
    "route_from": ("routeSource", "route.source"),
    "route_via": ("routeTransit", "route.transit"),
    "route_also_via": ("otherTransit", "route.transit"),
    "route_to": ("routeDestination", "route.destination"),
    "source_grade": ("sourceGrade", ""),
    "information_grade": ("informationGrade", ""),
    "category": ("category", ""),
    "purpose": ("purpose", ""),
    "review_date": ("reviewDate", ""),
}
# The data layout uses the property names of FollowTheMoney where a property has one column.
_DATA_COLUMN_NAMES = {
    "record_id": "id",
    "full_name": "name",
    "forename": "firstName",
    "surname": "lastName",
    "patronymic": "fatherName",
    "aka": "aliases",
    "weak_alias": "weakAlias",
    "former_name": "previousName",
    "sex": "gender",
    "dob": "birthDate",
    "date_of_birth": "dob",
    "place_of_birth": "birthPlace",
    "country_of_birth": "birthCountry",
    "passport_no": "passportNumber",
    "national_id": "idNumber",
    "registration_number": "registrationNumber",
    "incorporation_date": "incorporationDate",
    "imo": "imoNumber",
    "call_sign": "callSign",
    "past_flags": "pastFlags",
    "build_date": "buildDate",
}


def _make_layout(names: dict[str, tuple[str, str]], identity: str) -> TableLayout:
    properties: dict[str, list[str]] = {}
    for name, (_, prop) in names.items():
        if prop:
            properties.setdefault(prop, []).append(name)
    return TableLayout(
        {name: column for name, (column, _) in names.items()}, properties, identity, "schema"
    )


OFFICE_LAYOUT = _make_layout(_OFFICE_COLUMNS, "record_id")
DATA_LAYOUT = _make_layout(
    {_DATA_COLUMN_NAMES.get(name, name): content for name, content in _OFFICE_COLUMNS.items()}, "id"
)
