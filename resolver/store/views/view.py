"""Reading: one moment of a store, at its present version or an earlier one."""

from __future__ import annotations

from resolver.store.view_entities import EntityQuestions
from resolver.store.view_links import LinkQuestions, LinkTable
from resolver.store.view_records import RecordQuestions, RecordRows


class View(RecordQuestions, EntityQuestions, LinkQuestions):
    """A store as it was at `version`: `head` says where it stands. All questions of one view see the same moment."""


__all__ = ["LinkTable", "RecordRows", "View"]
