"""Signed clustering: matches pull, decisions push; the same answer in any order of arrival."""

from resolver.clustering.signed_clustering import (
    CERTAIN,
    DOUBT,
    MISSING,
    cluster,
    components,
)

__all__ = ["CERTAIN", "DOUBT", "MISSING", "cluster", "components"]
