"""Training: labeled pairs to features, fitted weights, a model file and its card."""
