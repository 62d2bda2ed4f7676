"""Training: labeled pairs to features, fitted weights, a model file and its card.

Fitting needs the packages of the extra `train`. Submitting a job of training needs none of them.
"""

from __future__ import annotations

from importlib.util import find_spec

from resolver.errors import ResolverError

PACKAGES = {
    "faker": "Faker",
    "recordlinkage": "recordlinkage",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "threadpoolctl": "threadpoolctl",
}
"""Names of packages by what is imported."""
INSTALL = "pip install 'watchlist-resolver[train]'"


def check_packages() -> None:
    """Check that the packages which training and measuring models need are installed.

    Raises `ResolverError` that names the missing packages, and the command that installs them.
    """
    missing = [package for module, package in PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise ResolverError(
            f"training and measuring models needs {', '.join(missing)}", hint=INSTALL
        )
