"""Model fitting: boosting, expectation–maximization, refitting, cross-validation."""

from resolver.training import check_packages

check_packages()
