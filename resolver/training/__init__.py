"""Training: labelled pairs to features to fitted weights to a model file and its card."""
