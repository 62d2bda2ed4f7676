"""Labeled pairs from judgements, clusters, lists and decisions."""
