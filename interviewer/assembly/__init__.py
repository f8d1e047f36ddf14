"""Chooses engines and joins the rooms. The only floor, with the fronts above it, that names an engine."""
