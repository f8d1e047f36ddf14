"""Portraits of the interviewers, drawn from a few features. A persona of the user's own gets one from its name."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

Hair = Literal["short", "parted", "bob", "long", "bun", "curly", "receding"]

_SKINS = ("#f0c9a8", "#e2ab82", "#c98d62", "#a56c45", "#7d4f33", "#f5d7bd")
_HAIRS = ("#2b2320", "#4a3428", "#7a4b2a", "#b9bcc0", "#1c1b22", "#a8763e")
_CLOTHES = ("#0d5c70", "#4c5a8a", "#7b4b6b", "#3f6b4f", "#8a5a2b", "#46484f")
_BACKS = ("#d9ecf0", "#e4e1f4", "#f3e0e6", "#e0eedf", "#f5e9d3", "#e6e7ea")
_STYLES: tuple[Hair, ...] = ("short", "parted", "bob", "long", "bun", "curly", "receding")


@dataclass(frozen=True)
class Features:
    skin: str
    hair: str
    style: Hair
    clothes: str
    back: str
    glasses: bool = False
    beard: bool = False


_OURS = {
    "recruiter": Features("#e2ab82", "#2b2320", "long", "#7b4b6b", "#f3e0e6"),
    "hiring_manager": Features("#f0c9a8", "#7a4b2a", "bob", "#3f6b4f", "#e0eedf"),
    "ml_engineer": Features("#f0c9a8", "#4a3428", "short", "#0d5c70", "#d9ecf0", beard=True),
    "data_engineer": Features("#a56c45", "#1c1b22", "curly", "#8a5a2b", "#f5e9d3", beard=True),
    "research_scientist": Features("#c98d62", "#1c1b22", "bun", "#4c5a8a", "#e4e1f4", glasses=True),
    "faculty_panelist": Features("#f5d7bd", "#b9bcc0", "receding", "#46484f", "#e6e7ea", True, True),
    "system_design_lead": Features("#f5d7bd", "#a8763e", "parted", "#46484f", "#e4e1f4", glasses=True),
    "behavioural_interviewer": Features("#7d4f33", "#1c1b22", "short", "#4c5a8a", "#e0eedf"),
}

# behind the head, and over the forehead
_BEHIND = {
    "long": '<path d="M34 54c-4 26-4 42-2 50h56c2-8 2-24-2-50-2-22-50-22-52 0z"/>',
    "bob": '<path d="M34 50c-4 20-3 30 0 38h52c3-8 4-18 0-38-3-24-49-24-52 0z"/>',
    "bun": '<circle cx="60" cy="19" r="11"/>',
    "curly": '<circle cx="41" cy="38" r="10"/><circle cx="79" cy="38" r="10"/><circle cx="60" cy="29" r="13"/>',
}
_OVER = {
    "short": '<path d="M38 52c-3-24 12-30 24-29 15 0 24 9 20 29-3-7-6-11-9-14-9 3-22 3-29-1-3 4-5 8-6 15z"/>',
    "parted": '<path d="M37 60c-4-28 8-38 24-38s27 10 22 38c-2-10-5-16-10-21-10 1-18-2-22-7-3 8-9 14-11 18-1 3-2 6-3 10z"/>',
    "bob": '<path d="M38 56c-2-22 8-32 22-32s24 10 22 32c-3-9-7-14-11-17-8 3-17 2-23-2-5 4-8 10-10 19z"/>',
    "long": '<path d="M38 58c-2-24 8-34 22-34s24 10 22 34c-4-13-10-20-22-27-8 7-18 14-22 27z"/>',
    "bun": '<path d="M38 52c-1-20 9-28 22-28s23 8 22 28c-4-10-10-15-22-15s-18 5-22 15z"/>',
    "curly": '<path d="M38 50c-2-18 9-25 22-25s24 7 22 25c-3-5-5-8-8-10-3 2-6 2-9-1-3 3-7 3-10 0-3 3-6 3-9 1-3 2-6 5-8 10z"/>',
    "receding": '<path d="M37 58c-3-14 0-22 6-27-2 8-3 15-3 27zM83 58c3-14 0-22-6-27 2 8 3 15 3 27z"/>',
}
_BEARD = '<path d="M39 66c1 20 9 29 21 29s20-9 21-29c-3 8-7 11-12 11-3 0-5-1-9-1s-6 1-9 1c-5 0-9-3-12-11z" fill="{hair}"/>'
_GLASSES = (
    '<g fill="none" stroke="#2a2c30" stroke-width="2"><circle cx="50" cy="59" r="7.5"/>'
    '<circle cx="70" cy="59" r="7.5"/><path d="M57.500 58q2.500-2 5 0"/></g>'
)


def portrait(persona: str) -> str:
    """The portrait as an SVG document, 120 by 120."""
    it = _OURS.get(persona) or _from_name(persona)
    return "".join(
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">',
            '<defs><clipPath id="round"><circle cx="60" cy="60" r="60"/></clipPath></defs>',
            f'<g clip-path="url(#round)"><rect width="120" height="120" fill="{it.back}"/>',
            f'<g fill="{it.hair}">{_BEHIND.get(it.style, "")}</g>',
            f'<path d="M14 124c2-22 18-30 46-30s44 8 46 30z" fill="{it.clothes}"/>',
            f'<path d="M50 80h20v14c0 6-4 10-10 10s-10-4-10-10z" fill="{it.skin}"/>',
            '<path d="M50 88c5 5 15 5 20 0v4c-5 5-15 5-20 0z" opacity=".14"/>',
            '<path d="M44 97l16 13 16-13 5 3-21 20-21-20z" fill="#fff" opacity=".85"/>',
            f'<ellipse cx="38" cy="61" rx="4" ry="6" fill="{it.skin}"/><ellipse cx="82" cy="61" rx="4" ry="6" fill="{it.skin}"/>',
            f'<path d="M38 54c0-18 9-27 22-27s22 9 22 27c0 21-9 36-22 36S38 75 38 54z" fill="{it.skin}"/>',
            _BEARD.format(hair=it.hair) if it.beard else "",
            f'<g fill="{it.hair}">{_OVER.get(it.style, "")}</g>',
            f'<g fill="none" stroke="{it.hair}" stroke-width="2.200" stroke-linecap="round"><path d="M45 51q5-3 10-1M65 50q5-2 10 1"/></g>',
            '<circle cx="50" cy="59" r="2.300" fill="#23201e"/><circle cx="70" cy="59" r="2.300" fill="#23201e"/>',
            '<path d="M60 60l-2.500 8h4" fill="none" stroke="#000" stroke-opacity=".22" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round"/>',
            f'<path d="M52 77q8 6 16 0" fill="none" stroke="{"#fff" if it.beard else "#8a3d34"}" stroke-opacity=".85" stroke-width="2.400" stroke-linecap="round"/>',
            _GLASSES if it.glasses else "",
            "</g></svg>",
        )
    )


def _from_name(persona: str) -> Features:
    seed = zlib.crc32(persona.encode())

    def pick(choices: tuple[str, ...], shift: int) -> str:
        return choices[(seed >> shift) % len(choices)]

    return Features(
        skin=pick(_SKINS, 0),
        hair=pick(_HAIRS, 4),
        style=_STYLES[(seed >> 8) % len(_STYLES)],
        clothes=pick(_CLOTHES, 12),
        back=pick(_BACKS, 16),
        glasses=bool(seed >> 20 & 1),
        beard=False,
    )
