"""The Python half of the split: business rules in front of a docmill service."""

from .main import create_app
from .settings import Settings

__all__ = ["Settings", "create_app"]
