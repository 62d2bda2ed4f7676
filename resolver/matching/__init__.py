"""Matching: prepared records to entities: blocking, comparison, scores, clusters, the pipeline."""
