"""Form of the workbench: what the page of a network shows, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from resolver.api.query_parameters import read_integer
from resolver.api.routes.network import read_day
from resolver.network.graph_reader import EDGE_TYPES
from resolver.network.selection import GraphChoice

MAX_HOPS, _MAX_EXPANDED = 3, 30


@dataclass(frozen=True, slots=True)
class NetworkForm:
    """What the page shows. `fit`: the drawing is as wide as the page; `year`: parts that do not
    belong to it are faded, 0 for none; `view`: id of the saved view that is shown, or empty.
    """

    hops: int
    types: tuple[str, ...]
    day: str
    choice: GraphChoice
    expanded: tuple[str, ...]
    goal: str
    fit: bool
    year: int = 0
    view: str = ""

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """Return the parameters of an address that shows the same, with some changed."""
        fields = {
            "hops": self.hops,
            "types": self.types,
            "on": self.day,
            "activity": self.choice.activity,
            "agency": self.choice.agency,
            "role": self.choice.role_class,
            "expand": self.expanded,
            "to": self.goal,
            "fit": "1" if self.fit else "",
            "year": self.year,
            "view": self.view,
        }
        return {
            name: value for name, value in (fields | changes).items() if value or name == "hops"
        }


def read_form() -> NetworkForm:
    """Return what the address of the request asks for. Raises `ApiError` for numbers and days that
    are none.
    """
    args = request.args
    return NetworkForm(
        read_integer("hops", 1, 0, MAX_HOPS),
        tuple(text for text in args.getlist("types") if text in EDGE_TYPES),
        read_day("on") if args.get("on") else "",
        GraphChoice(*(args.get(name, "")[:200] for name in ("activity", "agency", "role"))),
        tuple(dict.fromkeys(args.getlist("expand")))[:_MAX_EXPANDED],
        args.get("to", "").strip()[:300],
        bool(args.get("fit")),
        read_integer("year", 0, 0, 9999),
        args.get("view", "")[:40],
    )
