"""Retired words in code and texts, with the terms to use instead."""

from __future__ import annotations

import re

# part of an identifier or file name -> term to use
RETIRED_PARTS = {
    "landing": "commit",
    "landings": "commits",
    "land": "commit",
    "lands": "commit",
    "landed": "commit result",
    "lander": "writer process",
    "taker": "writer server",
    "consultation": "audit event",
    "consultations": "audit log",
    "consulted": "audit event",
    "catalogue": "entity index",
    "shelf": "segment",
    "shelves": "segments",
    "shelved": "segment",
    "stretch": "revision range",
    "glance": "prefilter",
    "glances": "prefilter",
    "glanced": "prefilter",
    "valve": "block purging",
    "excess": "block purging",
    "meet": "candidates",
    "meets": "candidates",
    "meeting": "candidates",
    "met": "candidates",
    "beside": "candidates against the index",
    "remembered": "component cache",
    "wish": "query",
    "wishes": "request options",
    "stand": "revision",
    "standing": "preview",
    "telling": "history",
    "seen": "visibility",
    "handled": "access policy",
    "sight": "visibility",
    "means": "context",
    "parcel": "Arrow transfer",
    "parcels": "Arrow transfer",
    "senders": "ownership",
    "keeping": "admin",
    "probing": "fingerprint",
    "resuming": "checkpoints",
    "looks": "view models",
    "glimpse": "summary",
    "glimpses": "summaries",
    "portrait": "entity page",
    "carrying": "commit",
    "filling": "queue refresh",
    "worth": "priority",
    "borders": "thresholds",
    "declared": "deduplicated",
    "sheet": "similarity matrix",
    "mates": "alignment",
    "laying": "name layout",
    "laid": "name layout",
    "numbering": "factorize",
    "alone": "name-only",
    "rival": "hard negative",
    "rivals": "hard negatives",
    "slip": "typo",
    "slips": "typos",
    "differing": "controlled differences",
    "door": "endpoint",
    "doors": "endpoints",
    "room": "package",
    "rooms": "packages",
    "house": "architecture",
    "gate": "access control",
    "replan": "rebuild",
    "normalise": "normalize",
    "normalised": "normalized",
    "romanised": "romanized",
    "colour": "color",
    "labelled": "labeled",
}
# Past participles and pronouns: as complete names they describe nothing.
RETIRED_NAMES = frozenset(
    """
    asked told held one found worked landed said given made kept wanted taken known named
    mine theirs ours nobody everybody somebody whoever who whom what which where
    """.split()
)
# Phrases that no template and no help text uses.
RETIRED_PHRASES = re.compile(
    r"safety valve|told twice|why do you look|store version|consultation|catalogue|resolver replan"
    r"|lands? (?:in|with|as)\b|the house|glance",
    re.IGNORECASE,
)
# Identifiers with a retired part that are right as they are -> the reason.
ALLOWED = {
    "looks_at": "key of `resolver comparators --json`",
    "what": "parameter of `Client.result`, part of the public client",
    "replan": "hidden alias of the command `rebuild`",
}
