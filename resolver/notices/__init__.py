"""Notices: which events an agency is told of, and how.

`making` makes them from the changes of a store and reads them, `delivery` sends them.
"""

from resolver.notices.delivery import (
    Deliverer,
    add_receiver,
    check_receiver,
    describe_line,
    describe_parts,
    list_receivers,
    list_subscriptions,
    operator_or_agency,
    remove_receiver,
    resend,
    sign_webhook,
    tell_checks,
    unsubscribe,
)
from resolver.notices.making import (
    KINDS,
    ReadNotices,
    describe_notices,
    make_notices,
    owner_of_notices,
    read_notices,
    read_visible_records,
    subscribe,
    viewer_of_owner,
)
from resolver.store.notices import Notice, Receiver, Subscription

__all__ = [
    "KINDS",
    "Deliverer",
    "Notice",
    "ReadNotices",
    "Receiver",
    "Subscription",
    "add_receiver",
    "check_receiver",
    "describe_line",
    "describe_notices",
    "describe_parts",
    "list_receivers",
    "list_subscriptions",
    "make_notices",
    "operator_or_agency",
    "owner_of_notices",
    "read_notices",
    "read_visible_records",
    "remove_receiver",
    "resend",
    "sign_webhook",
    "subscribe",
    "tell_checks",
    "unsubscribe",
    "viewer_of_owner",
]
