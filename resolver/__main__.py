"""`python -m resolver`, and the entry point of the command `resolver`."""

from __future__ import annotations

from resolver.cli.app import main

if __name__ == "__main__":
    main()
