"""Evaluation: measures, fairness, model cards, comparison of models."""
