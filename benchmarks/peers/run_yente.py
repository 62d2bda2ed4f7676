"""nomenklatura's client of yente, unchanged, against a service: looks people up and expands what it finds.

`python -m benchmarks.peers.run_yente URL` in nomenklatura's environment, FtM entities as JSON lines on standard input;
one line of JSON for each on standard output: `{"matches": [...], "expanded": [...]}`, FtM entities again.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Ask about every entity of the input."""
    from followthemoney import Dataset, StatementEntity
    from nomenklatura.cache import Cache  # type: ignore[import-not-found]
    from nomenklatura.db import make_session  # type: ignore[import-not-found]
    from nomenklatura.enrich.yente import YenteEnricher  # type: ignore[import-not-found]

    dataset: Any = Dataset.make({"name": "asked", "title": "Asked"})
    cache = Cache(make_session("sqlite://"), dataset, create=True)
    client = YenteEnricher(dataset, cache, {"api": sys.argv[1]})
    for line in sys.stdin:
        entity: Any = StatementEntity.from_data(dataset, json.loads(line))
        matches = list(client.match(entity))
        expanded = [one for match in matches for one in client.expand(entity, match)]
        found = {"matches": matches, "expanded": expanded}
        print(
            json.dumps(
                {name: [one.to_dict() for one in entities] for name, entities in found.items()}
            )
        )
    client.close()


if __name__ == "__main__":
    main()
