"""The curve of bench_turns.py as an SVG picture."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

Curves = Mapping[str, Mapping[float, Mapping[str, float]]]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 400, 60, 50, 20, 20
COLOURS = {"decision": "#1f6f54", "last words": "#b0602a", "fixed silence": "#777777"}
TARGET_WAIT, TARGET_CUT = 1.2, 5.0


def plot(curves: Curves) -> str:
    """Median wait after a real end (across) against wrongly cut answers (up), one line a rule."""
    farthest = ceil(max(row["median wait"] for name in COLOURS for row in curves[name].values()))

    def x(seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / farthest

    def y(share: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share / 100

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" role="img">',
        "<title>Wrongly cut answers against the wait after a real end</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<rect x="{LEFT}" y="{y(TARGET_CUT):.1f}" width="{x(TARGET_WAIT) - LEFT:.1f}" height="{y(0) - y(TARGET_CUT):.1f}" fill="#d7ead9"/>',
        f'<text x="{LEFT + 4}" y="{y(TARGET_CUT) - 4:.1f}" fill="#1f6f54">aim</text>',
    ]
    for share in range(0, 101, 20):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}" stroke="#dddddd"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share} %</text>')
    parts += [
        f'<text x="{x(seconds):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{seconds} s</text>'
        for seconds in range(farthest + 1)
    ]
    parts.append(
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" text-anchor="middle">median wait after a real end</text>'
    )
    parts.append(
        f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2})">answers cut off</text>'
    )
    for number, (name, colour) in enumerate(COLOURS.items()):
        places = [(x(row["median wait"]), y(row["answers cut %"])) for row in curves[name].values()]
        line = " ".join(f"{across:.1f},{up:.1f}" for across, up in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="{colour}"/>' for across, up in places]
        parts.append(
            f'<text x="{WIDTH - RIGHT - 8}" y="{TOP + 16 + 18 * number}" text-anchor="end" fill="{colour}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
