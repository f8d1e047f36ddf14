"""A voice-driven, fully offline mock interviewer."""

__version__ = "0.1.0"
