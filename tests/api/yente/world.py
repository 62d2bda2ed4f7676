"""Invented lists in the form in which OpenSanctions publishes its own, in a store.

`harbor` has persons with other ids of theirs, a sanction, a company they own and their addresses;
`donations` has payments to a party; `empty_quarter` has one company that nothing links.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from resolver.hub.hub import Hub
from resolver.lists.readers import read_lists
from tests.hub.hubs import OPTIONS
from tests.matching.preparing import quick_symbols

Entity = dict[str, Any]
MARKOV, OLGA, WORKS = "NK-mKv7Tq3xZb41", "NK-oLga55RtP902", "NK-wRks88LmN317"
PAYER, PARTY = "5f0c1b7d", "9ad23e44"
MANY_NAMES = ["Timofei Arkadyevich Markov", "Тимофей Аркадьевич Марков", "Markov Timofey"]


def entity(identity: str, schema: str, dataset: str, *referents: str, **properties: Any) -> Entity:
    """Return an entity; a property may be one value or a list."""
    listed = {
        name: value if isinstance(value, list) else [value] for name, value in properties.items()
    }
    return {
        "id": identity,
        "caption": listed.get("name", [schema])[0],
        "schema": schema,
        "properties": listed,
        "datasets": [dataset],
        "referents": list(referents),
        "target": schema in ("Person", "Company"),
        "first_seen": "2024-02-01T10:00:00",
        "last_seen": "2026-03-01T10:00:00",
        "last_change": "2025-05-01T10:00:00",
    }


HARBOR = [
    entity(
        MARKOV,
        "Person",
        "harbor",
        "list-a-90417",
        "list-b-rus7781",
        name=MANY_NAMES[:2],
        birthDate="1961-04-12",
        country="ru",
        topics="sanction",
        addressEntity=["addr-1", "addr-2"],
    ),
    entity(
        OLGA,
        "Person",
        "harbor",
        name="Olga Timofeyevna Markova",
        country="ru",
        topics="role.rca",
        birthDate="1988-09-30",
    ),
    entity(
        WORKS,
        "Company",
        "harbor",
        name="Volna Marine Works",
        jurisdiction="ru",
        topics="sanction",
        addressEntity=["addr-1"],
    ),
    entity("NK-brig0000001", "Vessel", "harbor", name="Severny Veter", imoNumber="IMO9074729"),
    entity("addr-1", "Address", "harbor", full="7 Quay Street, Moscow", country="ru"),
    entity("addr-2", "Address", "harbor", full="12 Birch Lane, Tver", country="ru"),
    entity(
        "sanction-1", "Sanction", "harbor", entity=MARKOV, program="Maritime order", programId="M-3"
    ),
    entity("own-1", "Ownership", "harbor", owner=MARKOV, asset=WORKS, role="shareholder"),
    entity(
        "own-2",
        "Ownership",
        "harbor",
        owner=MARKOV,
        asset="NK-brig0000001",
        role="registered owner",
    ),
    entity("fam-1", "Family", "harbor", person=MARKOV, relative=OLGA, relationship="daughter"),
]
DONATIONS = [
    entity(PAYER, "Person", "donations", name="Lena Dachser", country="de", addressEntity="addr-9"),
    entity(PARTY, "Organization", "donations", name="Partei der Mitte"),
    entity("addr-9", "Address", "donations", full="Gartenweg 19, Karlsruhe", country="de"),
    entity(
        "pay-1",
        "Payment",
        "donations",
        payer=PAYER,
        beneficiary=PARTY,
        amountEur="100000",
        date="2011-12-29",
    ),
    entity("pay-2", "Payment", "donations", payer=PAYER, beneficiary=PARTY, amountEur="50500.5"),
]
OTHERS = [
    entity("eq-1", "Company", "empty_quarter", name="Dune Cartography Limited", country="ae"),
    *[
        entity(f"eq-p{number}", "Person", "empty_quarter", name=name, country="gb")
        for number, name in enumerate(
            (
                "Ivo Lambert",
                "Runa Sandvik",
                "Tobias Krell",
                "Meera Nadar",
                "Abel Quist",
                "Cato Wenger",
            )
        )
    ],
]


def fill(url: str, folder: Path) -> None:
    """Read the lists as files and commit them to a store."""
    paths = []
    for name, rows in (("harbor", HARBOR), ("donations", DONATIONS), ("empty_quarter", OTHERS)):
        paths.append(folder / f"{name}.ftm.json")
        paths[-1].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as hub:
        hub.add(read_lists(paths))
