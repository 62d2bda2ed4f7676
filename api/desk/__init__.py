"""The steward's desk: pages for people, at `/desk` and `/review`.

Server-rendered, with a small script that only adds keys and saves full page loads: everything works without it.
`gate` says who sits there (a password, a proxy's header, or the link of the first minute), asks why they look, and lets
no form through that is not of its own session; `problems` turns what goes wrong into a page that says what to do. A
page is one function in one of the modules, with a template of its name.
"""

from resolver.api.desk import (
    batches,
    entity,
    home,
    learning,
    pair,
    queue,
    search,
    signin,
    users,
)
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.support.desk_access import install

__all__ = [
    "batches",
    "blueprint",
    "entity",
    "home",
    "install",
    "learning",
    "pair",
    "queue",
    "search",
    "signin",
    "users",
]
