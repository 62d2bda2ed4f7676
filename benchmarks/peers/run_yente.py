"""Run nomenklatura's client of yente, unchanged, against a service.

`python -m benchmarks.peers.run_yente URL` in nomenklatura's environment, with FtM entities as JSON
lines on standard input. It looks each entity up, expands the matches, and writes one line of JSON
per entity to standard output: `{"matches": [...], "expanded": [...]}`, FtM entities again.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Match and expand every entity of the input."""
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
        expanded = [entity for match in matches for entity in client.expand(entity, match)]
        answers = {"matches": matches, "expanded": expanded}
        print(
            json.dumps(
                {
                    name: [entity.to_dict() for entity in entities]
                    for name, entities in answers.items()
                }
            )
        )
    client.close()


if __name__ == "__main__":
    main()
