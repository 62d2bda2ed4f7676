"""Model fitting: boosting, expectation–maximization, refitting, cross-validation."""

from resolver.training.required_packages import check_packages

check_packages()
