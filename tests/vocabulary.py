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
    "parcel": "Arrow transfer",
    "parcels": "Arrow transfer",
    "mates": "alignment",
    "replan": "rebuild",
    "normalise": "normalize",
    "normalised": "normalized",
    "romanised": "romanized",
    "colour": "color",
    "labelled": "labeled",
}
# As complete names they describe nothing.
RETIRED_NAMES = frozenset("asked told held one found worked landed".split())
# Phrases that no template and no help text uses.
RETIRED_PHRASES = re.compile(
    r"safety valve|told twice|why do you look|store version|consultation|catalogue|resolver replan"
    r"|lands? (?:in|with|as)\b|the house|glance",
    re.IGNORECASE,
)
# Identifiers with a retired part that are right as they are -> the reason.
ALLOWED = {
    "replan": "hidden alias of the command `rebuild`",
}
