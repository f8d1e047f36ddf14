"""Personas, questions, loops, templates and the model catalogue: read, validated and found by name.

The only room that knows where content files lie.
"""
