"""Review by data stewards: queue, pair view, decisions, undo, four eyes and history. No HTTP here.

Contract for pages and commands (`hub` is a `resolver.hub.hub.Hub`; rows are frozen, see `models`
and `view_models`):

Queue
    `list_waiting(hub, filters, *, limit=50, after="", steward=None, viewer=STRANGER) -> QueuePage`
        Return pairs of *entities* that wait, highest priority first. `after` is
        `QueuePage.next_key` or `QueueItem.key`.
    `take_next_item(hub, steward, filters, after="", rules=None) -> QueueItem | None`
        Lease to a steward the next pair that nobody else has open and that the steward may decide.
        The lease lasts `rules.lease_seconds`. `after` skips that item and all items before it.
    `find_item(hub, left, right, recheck="", viewer=STRANGER) -> QueueItem | None`
    `hold_pair(hub, steward, left, right, rules=None) -> str`,
    `release_pair(hub, steward, left, right)`
        Take or renew the lease of a pair (raises `PairLockedError`), and release it.
    `assign_pair(hub, left, right, assignee, assigned_by="", *, viewer=STRANGER)`
        Assign a pair; an empty assignee removes the assignment.
    `list_saved_filters(hub, user)`, `save_filters(hub, user, name, filters)`,
    `delete_filters(hub, user, name)`,
    `measure_throughput(hub, viewer=STRANGER)`, `count_decisions(hub, viewer=STRANGER)`,
    `forecast_queue(hub, capacity, viewer=STRANGER) -> QueueCut`
        These describe the part of the queue that a viewer may see, and the position at which the
        daily capacity of reviews ends.
    `count_facets(hub, filters, viewer=STRANGER)`, `count_ages(hub, filters, viewer=STRANGER)`,
    `measure_progress(hub, steward) -> StewardProgress`
        These count visible pairs by the values of each filter and by age, and the recent decisions
        of a steward.
    `refresh_queue(hub)` (readers refresh the queue themselves; a worker may do it ahead)

Pair
    `build_pair_view(hub, left, right, *, steward=None, rules=None, recheck="", hide_score=False)`
        `left`, `right`: ids of entities or records. Raises `UnknownIdError` for an id that the
        viewer may not know, and `RetiredMeanwhileError` if both are one entity by now.
    `preview_decision(hub, request, rules=None) -> DecisionPreview`
        Return what `decide_pair` with the same request would do, without committing. Raises the
        same errors as `decide_pair`.

Decisions
    `decide_pair(hub, request, rules=None) -> DecisionOutcome`
        `DecisionRequest.snapshot` is `PairView.snapshot` (`PairSnapshot.from_json` of a form).
        Without it, the decision is not checked against what was shown. Raises a
        `DecisionRefusedError`: `DecidedMeanwhileError`, `ChangedMeanwhileError`,
        `RetiredMeanwhileError`, `PairLockedError`, `DecisionNotAllowedError`, or
        `ContradictionError` (with the chain; pass its `withdrawals` as `over` to withdraw those
        decisions).
    `decide_pairs(hub, steward, items, verdict, *, reason, comment="", rules=None) -> BulkOutcome`
        Give one verdict on several queue items. Each item is accepted or refused separately.
    `undo_decision(hub, steward, decision_id, *, why="") -> DecisionOutcome`
        Take back a decision with all decisions of its act.
    `confirm_decision(hub, steward, decision_id, *, comment="") -> DecisionOutcome`
        Confirm a decision that waits for a second steward; `list_pending(hub, viewer)` lists these
        decisions.
    `read_link(hub, left, right, viewer) -> LinkView`
        Return the color of a link, with authority, legal basis, reason and last day of each
        decision on it. `end_expired_links(hub)` ends those whose last day is over.
    `read_entity_links(hub, entity, viewer)`, `CandidateLinks(hub).of_answer(answer, revision,
    viewer)`
        Return the links of an entity, or of the candidates of a check: the entity at the other end,
        and the color.
    `split_entity(hub, steward, entity, record_ids, why, *, shown_digest="", rules=None)`,
    `preview_split(hub, steward, entity, record_ids, rules=None)`
        `shown_digest` is the `digest` of `load_entity_page(hub, entity, viewer)` when the page was
        shown.

History and agreement
    `load_timeline(hub, entity, viewer=STRANGER) -> tuple[HistoryRow, ...]`, newest first;
    `list_decisions(hub, record_ids, viewer=STRANGER)`, `load_decision(hub, decision_id, viewer)`;
    `measure_agreement(hub, viewer=STRANGER) -> Agreement`

Visibility
    Every reader states a `steward` or a `viewer` (`steward.viewer`); the default is a stranger, who
    sees only records of handling code H0. Values that a viewer may not see count as absent
    (`restrictions`): their ids are unknown, an entity has only its visible records, and a decision
    rests on these records. The queue offers a pair only to viewers who may see all of its records.
"""

from resolver.review.attributes import country_name, latin_transliteration, topic_label
from resolver.review.decide import (
    DecisionRequest,
    decide_pair,
    decide_pairs,
    preview_decision,
    preview_split,
)
from resolver.review.decision_checks import confirm_decision, list_pending
from resolver.review.earlier_verdicts import Agreement, measure_agreement
from resolver.review.entity_page import list_decisions, load_decision, load_timeline
from resolver.review.links import (
    CandidateLinks,
    EntityLink,
    EntityLinks,
    LinkExpiry,
    LinkView,
    end_expired_links,
    read_entity_links,
    read_link,
)
from resolver.review.models import (
    AttributeView,
    BulkOutcome,
    Candidate,
    Cluster,
    DecisionOutcome,
    DecisionPreview,
    DecisionState,
    DecisionStatus,
    DecisionView,
    EvidenceWaterfall,
    Filters,
    GoldenChange,
    HistoryRow,
    LinkBasis,
    Mark,
    NameView,
    PairSnapshot,
    PairView,
    Party,
    QueueItem,
    QueuePage,
    QueueReason,
    SideView,
    Statement,
    Steward,
    StewardVerdict,
    ValueView,
    WaterfallStep,
)
from resolver.review.pair import build_pair_view
from resolver.review.queue_filters import (
    AGE_DAYS,
    FacetValue,
    count_ages,
    count_facets,
    delete_filters,
    list_saved_filters,
    save_filters,
)
from resolver.review.queue_pages import (
    QueueCut,
    StewardProgress,
    Throughput,
    assign_pair,
    count_decisions,
    find_item,
    forecast_queue,
    hold_pair,
    join_places,
    list_waiting,
    measure_progress,
    measure_throughput,
    release_pair,
    take_next_item,
)
from resolver.review.queue_refresh import refresh_queue
from resolver.review.refusals import (
    ChangedMeanwhileError,
    ContradictionError,
    ContradictionTie,
    DecidedMeanwhileError,
    DecisionNotAllowedError,
    DecisionRefusedError,
    DeskRules,
    PairLockedError,
    RetiredMeanwhileError,
)
from resolver.review.undo import split_entity, undo_decision

__all__ = [
    "AGE_DAYS",
    "Agreement",
    "AttributeView",
    "BulkOutcome",
    "Candidate",
    "CandidateLinks",
    "ChangedMeanwhileError",
    "Cluster",
    "ContradictionError",
    "ContradictionTie",
    "DecidedMeanwhileError",
    "DecisionNotAllowedError",
    "DecisionOutcome",
    "DecisionPreview",
    "DecisionRefusedError",
    "DecisionRequest",
    "DecisionState",
    "DecisionStatus",
    "DecisionView",
    "DeskRules",
    "EntityLink",
    "EntityLinks",
    "EvidenceWaterfall",
    "FacetValue",
    "Filters",
    "GoldenChange",
    "HistoryRow",
    "LinkBasis",
    "LinkExpiry",
    "LinkView",
    "Mark",
    "NameView",
    "PairLockedError",
    "PairSnapshot",
    "PairView",
    "Party",
    "QueueCut",
    "QueueItem",
    "QueuePage",
    "QueueReason",
    "RetiredMeanwhileError",
    "SideView",
    "Statement",
    "Steward",
    "StewardProgress",
    "StewardVerdict",
    "Throughput",
    "ValueView",
    "WaterfallStep",
    "assign_pair",
    "build_pair_view",
    "confirm_decision",
    "count_ages",
    "count_decisions",
    "count_facets",
    "country_name",
    "decide_pair",
    "decide_pairs",
    "delete_filters",
    "end_expired_links",
    "find_item",
    "forecast_queue",
    "hold_pair",
    "join_places",
    "latin_transliteration",
    "list_decisions",
    "list_pending",
    "list_saved_filters",
    "list_waiting",
    "load_decision",
    "load_timeline",
    "measure_agreement",
    "measure_progress",
    "measure_throughput",
    "preview_decision",
    "preview_split",
    "read_entity_links",
    "read_link",
    "refresh_queue",
    "release_pair",
    "save_filters",
    "split_entity",
    "take_next_item",
    "topic_label",
    "undo_decision",
]
