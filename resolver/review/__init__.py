"""The back of the data steward's desk: what waits, the pair, decisions and their undoing, history. No HTTP here.

The contract (`hub` is a `resolver.hub.hub.Hub`; all rows are frozen, see `words` and `looks`):

Queue (`queue`)
    `waiting(hub, filters, *, limit=50, after="", steward=None, viewer=STRANGER) -> QueuePage`
        The pairs of *entities* that wait, the most worth first; `after` is `QueuePage.next` or `QueueItem.key`.
    `next_item(hub, steward, filters, after="", rules=Rules()) -> QueueItem | None`
        The next pair that nobody else has open and that `steward` may decide; it is held for them for
        `rules.lease_seconds`. `after` passes over that item and all before it.
    `item_of(hub, left, right, again=0, viewer=STRANGER) -> QueueItem | None`; `hold(hub, steward, left, right, rules)`
        takes or renews the lease of a pair (raises `HeldError`), `release(hub, steward, left, right)` gives it back.
    `assign(hub, left, right, who, by)`: `who` empty takes it back. `saved_filters(hub, user)`,
        `save_filters(hub, user, name, filters)`, `forget_filters(hub, user, name)`. `choices(hub)`: what filters can
        say. `throughput(hub)`, `catch_up(hub)` (the queue is kept up by itself; a worker may do it ahead).

The pair (`pair`, `preview`)
    `pair_view(hub, left, right, *, steward=None, rules=Rules(), again=0, hidden=False) -> PairView`
        `left`, `right`: ids of entities or records. Raises `InputError` for an unknown id, and `RetiredMeanwhileError`
        where both are one entity by now.
    `preview(hub, steward, left, right, verdict, *, seen=None, over=(), rules=Rules()) -> Preview`
        What `decide` with the same arguments would do; nothing lands. Raises as `decide`.

Decisions (`deciding`, `undoing`, `splitting`)
    `decide(hub, steward, left, right, verdict, *, reason="", comment="", seen=None, over=(), again=0, rules=Rules())
    -> Outcome`
        `seen` is `PairView.seen` (`Seen.from_json` of a form); without it nothing is checked against what was shown.
        Raises a `RefusedError` (`refusals`): `DecidedMeanwhileError`, `ChangedMeanwhileError`,
        `RetiredMeanwhileError`, `HeldError`, `NotAllowedError`, and `ContradictionError` (with the chain; pass its
        `settle` as `over` to withdraw those decisions).
    `undo(hub, steward, number, *, why="", rules=Rules()) -> Outcome`: takes back a decision and those taken with it.
    `confirm(hub, steward, number, *, comment="") -> Outcome`: says the same as a decision that waits
        for a second steward. `pending(hub, viewer=STRANGER) -> tuple[DecisionView, ...]`: all that wait so.
    `bulk(hub, steward, items, verdict, *, reason, comment="", rules=Rules()) -> BulkOutcome`: one verdict on several
        queue items; each is taken or refused by itself.
    `split(hub, steward, entity, record_ids, why, *, seen_digest="", rules=Rules()) -> Outcome`,
        `preview_split(hub, steward, entity, record_ids) -> Preview`; `entity_digest(hub, entity)` is what to give back
        as `seen_digest`.

History and agreement
    `timeline(hub, entity, viewer=STRANGER) -> tuple[HistoryRow, ...]`, the newest first;
        `decisions_on(hub, record_ids, viewer=STRANGER)`. `agreement(hub) -> Agreement`.

Who sees what
    Whoever reads says as whom: `steward`, or `viewer` (`steward.viewer`). Without it a read is that of a stranger, who
    sees records of handling code H0 alone. A pair is given to nobody who may not see all its records, and nobody
    decides on records they may not see (`NotAllowedError`).
"""

from resolver.review.attributes import transliterated
from resolver.review.decisions.blind_review import agreement
from resolver.review.decisions.confirm import confirm, pending
from resolver.review.decisions.decide import bulk, decide
from resolver.review.decisions.split import entity_digest, split
from resolver.review.decisions.undo import undo
from resolver.review.desk_rules import Rules
from resolver.review.models import (
    Agreement,
    BulkOutcome,
    DecisionView,
    Filters,
    HistoryRow,
    Outcome,
    Party,
    QueueItem,
    QueuePage,
    Reason,
    Seen,
    Standing,
    State,
    Steward,
    Throughput,
    Verdict,
)
from resolver.review.pair import pair_view
from resolver.review.preview import preview, preview_split
from resolver.review.queue.queue_pages import (
    assign,
    choices,
    forget_filters,
    hold,
    item_of,
    next_item,
    release,
    save_filters,
    saved_filters,
    throughput,
    waiting,
)
from resolver.review.queue.refresh import catch_up
from resolver.review.refusals import (
    ChangedMeanwhileError,
    ContradictionError,
    DecidedMeanwhileError,
    HeldError,
    HiddenError,
    NotAllowedError,
    RefusedError,
    RetiredMeanwhileError,
    Tie,
)
from resolver.review.timeline import decisions_on, timeline
from resolver.review.view_models import (
    AttributeView,
    Candidate,
    Cluster,
    GoldenChange,
    Mark,
    NameView,
    PairView,
    Preview,
    SideView,
    Statement,
    Step,
    ValueView,
    Waterfall,
)

__all__ = [
    "Agreement",
    "AttributeView",
    "BulkOutcome",
    "Candidate",
    "ChangedMeanwhileError",
    "Cluster",
    "ContradictionError",
    "DecidedMeanwhileError",
    "DecisionView",
    "Filters",
    "GoldenChange",
    "HeldError",
    "HiddenError",
    "HistoryRow",
    "Mark",
    "NameView",
    "NotAllowedError",
    "Outcome",
    "PairView",
    "Party",
    "Preview",
    "QueueItem",
    "QueuePage",
    "Reason",
    "RefusedError",
    "RetiredMeanwhileError",
    "Rules",
    "Seen",
    "SideView",
    "Standing",
    "State",
    "Statement",
    "Step",
    "Steward",
    "Throughput",
    "Tie",
    "ValueView",
    "Verdict",
    "Waterfall",
    "agreement",
    "assign",
    "bulk",
    "catch_up",
    "choices",
    "confirm",
    "decide",
    "decisions_on",
    "entity_digest",
    "forget_filters",
    "hold",
    "item_of",
    "next_item",
    "pair_view",
    "pending",
    "preview",
    "preview_split",
    "release",
    "save_filters",
    "saved_filters",
    "split",
    "throughput",
    "timeline",
    "transliterated",
    "undo",
    "waiting",
]
