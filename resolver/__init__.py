"""Entity resolution for watchlists: who is the same as whom, merged and explained. The public names, nothing else."""

__version__ = "0.1.0"
