"""Panels of detail pages; one module per area."""
