"""Panels, buttons and drawings that pages are made of."""
