"""Pages for stewards, analysts and admins, at `/desk` and `/review`.

Pages are rendered by the server. A small script adds keyboard shortcuts and saves full page loads;
everything works without it. A page is one view function in a module of this package, with a
template of its name in `api/templates/desk`. `support.desk_access` checks who uses the desk (by
password, header of a proxy, or first sign-in link), asks for the purpose of access, and refuses
forms of other sessions. `support.error_pages` turns errors into pages that say what to do.
"""

from resolver.api.desk import (
    batch_pages,
    decision_actions,
    entity,
    home,
    import_pages,
    learning,
    pair,
    queue,
    search,
    signin,
    user_pages,
)
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.networks import (
    crime_pages,
    dossier_page,
    group_pages,
    overlap_page,
    saved_view_pages,
    workbench,
)
from resolver.api.desk.support.desk_access import install_desk

__all__ = [
    "batch_pages",
    "blueprint",
    "crime_pages",
    "decision_actions",
    "dossier_page",
    "entity",
    "group_pages",
    "home",
    "import_pages",
    "install_desk",
    "learning",
    "overlap_page",
    "pair",
    "queue",
    "saved_view_pages",
    "search",
    "signin",
    "user_pages",
    "workbench",
]
