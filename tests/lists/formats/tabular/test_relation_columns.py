"""Relations of table rows, by a mapping."""

from __future__ import annotations

from pathlib import Path

from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.records import Relation, RelationType

MAPPING = build_mapping(
    {
        "id": "id",
        "kind": "person",
        "source": "s",
        "properties": {"name": "name"},
        "relations": [
            {"type": "member of", "target": "group", "role": "role", "start": "since"},
            {"type": "kind", "name": "other", "end": "until"},
        ],
    }
)
HEADER = "id,name,group,role,since,kind,other,until\n"


def read(folder: Path, *rows: str) -> Intake:
    path = folder / "t.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return read_lists([path], mapping=MAPPING)


def test_columns_become_relations(tmp_path: Path) -> None:
    intake = read(
        tmp_path,
        "1,Anna Berg,9,driver,2014-02-03,,,",
        "2,Bela Cohn,b:9,,,Leader of,Blue Harbor,2016",
        "3,Carl Dorn,,boss,2010,,,",
    )
    relations = {row.id: row.relations for row in intake.batch.to_records()}
    assert relations == {
        "s:1": (Relation(RelationType.MEMBER_OF, "s:9", "", "driver", "2014-02-03", "", _COLUMNS),),
        "s:2": (
            Relation(
                RelationType.LEADER_OF, "", "Blue Harbor", "", "", "2016", "kind, other, until"
            ),
            Relation(RelationType.MEMBER_OF, "b:9", origin=_COLUMNS),
        ),
        "s:3": (),
    }
    assert intake.rejects == ()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    intake = read(tmp_path, "1,Anna Berg,9,,soon,,,", "2,Bela Cohn,,,,guardian,Ann,")
    relations = {row.id: row.relations for row in intake.batch.to_records()}
    assert relations["s:1"] == (Relation(RelationType.MEMBER_OF, "s:9", origin=_COLUMNS),)
    assert relations["s:2"] == ()
    reasons = [reject.reason for reject in intake.rejects]
    assert len(reasons) == 2
    assert any("date of a relation 'soon'" in reason for reason in reasons)
    assert any("relation type 'guardian' is unknown" in reason for reason in reasons)


_COLUMNS = "group, role, since"
