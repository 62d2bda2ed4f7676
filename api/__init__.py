"""The HTTP service: `create_app(settings)`, one blueprint a noun, wire formats, pages. It stands on `resolver`, which
knows nothing of it.
"""

from api.app import create_app
from api.settings import ServiceSettings

__all__ = ["ServiceSettings", "create_app"]
