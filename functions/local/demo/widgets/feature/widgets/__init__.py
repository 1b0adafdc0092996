"""Widgets and what they cost."""
