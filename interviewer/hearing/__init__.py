"""From sound frames to turns: when the candidate speaks, pauses and has finished, and what they said.

Knows the detector and the recogniser by their ports only; counts time in samples.
"""
