"""The embedded speech recogniser: pocketsphinx, adapted to interviews and to each question."""

from interviewer.engines.pocketsphinx.transcriber import PocketsphinxTranscriber

__all__ = ["PocketsphinxTranscriber"]
