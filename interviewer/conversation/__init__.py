"""The live loop: takes the director's step, stores the fact, then speaks or shows it. Knows ports, never engines."""
