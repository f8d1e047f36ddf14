"""Scores answers in bulk, written or recorded, against the bank's rubric, the caller's own, or a reference answer."""
