"""Who may see which records: the access rule, and the classes of viewers that it makes."""

from resolver.records.visibility.rules import (
    IDENTIFIED,
    OPERATOR,
    STRANGER,
    VISIBILITY_RULES,
    Viewer,
    assign_owner,
    is_visible,
    may_read_all,
    viewer_classes,
    visible_records,
    visible_rows,
)

__all__ = [
    "IDENTIFIED",
    "OPERATOR",
    "STRANGER",
    "VISIBILITY_RULES",
    "Viewer",
    "assign_owner",
    "is_visible",
    "may_read_all",
    "viewer_classes",
    "visible_records",
    "visible_rows",
]
