"""`/reconcile/{dataset}`: OpenRefine's reconciliation protocol, version 0.2, in full.

Manifest, queries, suggestions, previews and data extension. Pages of this machine may send requests
across origins (OpenRefine's page is one). Any page may do so once a key is needed, since a page
without the key gets no data. JSONP, which is optional in the protocol, is not offered, because it
would let any page read answers. A key may be in the address (`api_key=…`), since OpenRefine cannot
send it in another way; the manifest repeats it in its addresses.
"""

from resolver.api.reconcile.routes import blueprint

__all__ = ["blueprint"]
