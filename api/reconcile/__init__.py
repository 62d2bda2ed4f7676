"""`/reconcile/{dataset}`: OpenRefine's reconciliation protocol, version 0.2, in full.

Manifest, queries, suggestions, previews and data extension. Pages of this machine may ask across
origins (OpenRefine's own is one), and any page may once a key is needed, since a page without the
key gets nothing. JSONP, which the protocol leaves to the service, is not offered: it would let any
page in. A key may come in the address (`api_key=…`), since OpenRefine cannot send it otherwise; the
manifest passes it on.
"""

from resolver.api.reconcile.routes import blueprint

__all__ = ["blueprint"]
