"""Labeled pairs from judgments, clusters, lists and decisions."""
