"""The HTTP service: `create_app(settings)`, one blueprint a noun, wire formats, pages. It stands on `resolver`, which
knows nothing of it.
"""

from resolver.api.app import create_app
from resolver.api.service_settings import ServiceSettings

__all__ = ["ServiceSettings", "create_app"]
