"""GraphQL: types and filters of every model of the plugin, read only."""

from .schema import schema

__all__ = ("schema",)
