"""Pages for stewards, analysts and admins, at `/desk` and `/review`.

The server renders the pages. A small script adds keyboard shortcuts and saves full page loads;
everything works without it. A page is one view function in a module of this package, with a
template of its name in `api/templates/desk`. `desk_access` checks who uses the desk (by password,
header of a proxy, identity provider, or first sign-in link), asks for the purpose of access, and
refuses forms of other sessions. `pages` turns errors into pages that say what to do.
"""

from resolver.api.desk import (
    batch_pages,
    dossiers,
    entity,
    groups,
    home,
    networks,
    pair,
    provider_sign_in,
    queue,
    screenings,
    search,
    security_keys,
    signin,
)
from resolver.api.desk.desk_access import install_desk
from resolver.api.desk.pages import blueprint

__all__ = [
    "batch_pages",
    "blueprint",
    "dossiers",
    "entity",
    "groups",
    "home",
    "install_desk",
    "networks",
    "pair",
    "provider_sign_in",
    "queue",
    "screenings",
    "search",
    "security_keys",
    "signin",
]
