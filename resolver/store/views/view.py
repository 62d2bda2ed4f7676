"""Reading: one moment of a store, at its present version or an earlier one."""

from __future__ import annotations

from resolver.store.views.entity_queries import EntityQuestions
from resolver.store.views.link_queries import LinkQuestions, LinkTable
from resolver.store.views.record_queries import RecordQuestions, RecordRows


class View(RecordQuestions, EntityQuestions, LinkQuestions):
    """A store as it was at `version`: `head` says where it stands. All questions of one view see the same moment."""


__all__ = ["LinkTable", "RecordRows", "View"]
