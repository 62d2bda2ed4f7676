"""Labeled pairs from judgments, clusters, lists and decisions."""

from resolver.training.required_packages import check_packages

check_packages()
