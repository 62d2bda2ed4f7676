"""Labeled pairs from judgments, clusters, lists and decisions."""

from resolver.training import check_packages

check_packages()
