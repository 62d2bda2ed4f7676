"""Model fitting: boosting, expectation–maximization, refitting, cross-validation."""
