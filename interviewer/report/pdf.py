"""The replay as a PDF: the Markdown of `report/markdown.py` set in type, so that nothing is told a second time.

The font that travels with the package has Latin, Greek, Cyrillic, Arabic, Hebrew and the signs we use. A character it
lacks is set as a hollow box, and the last page says how many there are.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Literal

from interviewer.report import markdown
from interviewer.report.chapters import title
from interviewer.report.model import Replay
from interviewer.report.wording import plural

if TYPE_CHECKING:
    from fpdf import FPDF
    from markdown_it.token import Token

FONT = "DejaVu"
INK, SOFT, ACCENT = (29, 28, 26), (95, 92, 86), (13, 92, 112)
MARGIN, INDENT, GAP = 20.0, 6.0, 2.2  # mm
SIZES = {"h1": 19.0, "h2": 14.0, "h3": 11.0, "p": 10.0}  # points
KEPT_TOGETHER = 24.0  # mm below a heading: one that would stand alone at the foot of a page begins the next
LACKING = "▯"
Style = Literal["", "B"]


def render(replay: Replay) -> bytes:
    """The document, A4. The same replay gives the same text; its date is the session's."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown.render(replay))
    page = _Page(title(replay), replay.started)
    page.set(tokens)
    return page.finish()


class _Page:
    """Sets Markdown's blocks one under the other."""

    def __init__(self, name: str, started: str) -> None:
        from fpdf.fonts import TTFFont

        self._pdf = _document(name, started)
        faces = [font for font in self._pdf.fonts.values() if isinstance(font, TTFFont)]
        self._set = set.intersection(*(set(font.cmap) for font in faces))  # characters that every face has
        self._lacking = 0
        self._depth = 0  # of lists
        self._bullet = ""
        self._quoted = False

    def set(self, tokens: Sequence[Token]) -> None:
        rest = iter(tokens)
        for token in rest:
            match token.type:
                case "heading_open":
                    self._heading(next(rest), token.tag)
                case "inline":
                    self._paragraph(token)
                case "bullet_list_open":
                    self._depth += 1
                case "bullet_list_close":
                    self._depth -= 1
                case "list_item_open":
                    self._bullet = "–"
                case "blockquote_open" | "blockquote_close":
                    self._quoted = token.type == "blockquote_open"
                case "table_open":
                    self._table(rest)
                case _:
                    pass

    def finish(self) -> bytes:
        if self._lacking:
            self._text(
                [
                    (
                        f"{plural(self._lacking, 'character')} of this session cannot be set in this file's font and "
                        f"appear as {LACKING}. The page (HTML) and the Markdown have them.",
                        "",
                        SOFT,
                    )
                ]
            )
        out = io.BytesIO()
        self._pdf.output(out)
        return out.getvalue()

    def _heading(self, inline: Token, tag: str) -> None:
        text = self._known("".join(run for run, _, _ in _runs(inline)))
        if self._pdf.will_page_break(KEPT_TOGETHER):
            self._pdf.add_page()
        self._pdf.start_section(text, level=int(tag[1]) - 1, strict=False)
        self._pdf.ln(GAP * (0 if tag == "h1" else 2 if tag == "h2" else 1))
        self._text([(text, "B", INK)], SIZES[tag])

    def _paragraph(self, inline: Token) -> None:
        runs = [(self._known(text), style, colour) for text, style, colour in _runs(inline)]
        self._text([(t, s, SOFT if self._quoted else c) for t, s, c in runs])

    def _text(
        self, runs: Sequence[tuple[str, Style, tuple[int, int, int]]], size: float = SIZES["p"]
    ) -> None:
        indent = INDENT * (self._depth + self._quoted)
        self._pdf.set_font(FONT, "", size)
        with (
            self._pdf.text_columns(line_height=1.4) as column,
            column.paragraph(bottom_margin=GAP, indent=indent, bullet_string=self._bullet) as paragraph,
        ):
            for text, style, colour in runs:
                self._pdf.set_font(FONT, style, size)
                self._pdf.set_text_color(*colour)
                paragraph.write(text)
        self._bullet = ""

    def _table(self, rest: Iterator[Token]) -> None:
        rows: list[list[str]] = []
        for token in rest:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            if token.type == "inline":
                rows[-1].append(self._known("".join(text for text, _, _ in _runs(token))))
        self._pdf.set_font(FONT, "", SIZES["p"])
        self._pdf.set_text_color(*INK)
        with self._pdf.table(borders_layout="HORIZONTAL_LINES", line_height=7, align="L") as table:
            for row in rows:
                cells = table.row()
                for cell in row:
                    cells.cell(cell)
        self._pdf.ln(GAP)

    def _known(self, text: str) -> str:
        """`text` with a box for each character the font lacks."""
        shown = "".join(sign if ord(sign) in self._set or sign.isspace() else LACKING for sign in text)
        self._lacking += sum(a != b for a, b in zip(shown, text, strict=True))
        return shown


def _runs(inline: Token) -> Iterator[tuple[str, Style, tuple[int, int, int]]]:
    """Stretches of one look: bold is bold, italics are grey, code has its own colour."""
    bold = soft = 0
    for child in inline.children or []:
        match child.type:
            case "strong_open" | "strong_close":
                bold += 1 if child.nesting > 0 else -1
            case "em_open" | "em_close" | "s_open" | "s_close":
                soft += 1 if child.nesting > 0 else -1
            case "text" | "code_inline" | "softbreak" | "hardbreak":
                colour = ACCENT if child.type == "code_inline" else SOFT if soft else INK
                text = " " if child.type.endswith("break") else child.content
                if text:
                    yield text, "B" if bold else "", colour
            case _:
                pass


def _document(name: str, started: str) -> FPDF:
    from fpdf import FPDF

    class Numbered(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_font(FONT, "", 8)
            self.set_text_color(*SOFT)
            self.cell(0, 8, f"{self.page_no()} of {{nb}}", align="R")

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells how it subsets a font, table by table
    pdf = Numbered(format="A4")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN)
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        with as_file(files("interviewer.report") / "fonts" / file) as path:
            pdf.add_font(FONT, style, path)
    pdf.set_title(name)
    pdf.set_lang("en-GB")
    pdf.set_creator("interviewer")
    with suppress(ValueError):  # a date that cannot be read is still told in the text
        pdf.set_creation_date(datetime.fromisoformat(started))
    pdf.set_font(FONT, "", SIZES["p"])
    pdf.add_page()
    return pdf
