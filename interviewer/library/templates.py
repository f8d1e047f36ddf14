"""The prompts put to a language model: Jinja2 files, filled in and hashed. Knows no model and no session.

What a candidate said is data. `as_data` is the only way their words may enter a prompt.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import jinja2

from interviewer.errors import InterviewerError
from interviewer.library import places

_ROLE_MARKERS = re.compile(
    r"<[|｜][^<>]{0,40}[|｜]>"  # ChatML, Llama 3, Phi, DeepSeek
    r"|</?(?:s|bos|eos|start_of_turn|end_of_turn|think|system|user|assistant)>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\]|<</?SYS>>"
    r"|^[ \t]*#{2,}[ \t]*(?:system|user|assistant|instruction|response)[ \t]*:?"
    r"|^[ \t]*(?:system|user|assistant|human)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_INCLUDED = re.compile(r"{%-?\s*include\s+\"([^\"]+)\"")


def as_data(text: str) -> str:
    """`text` as a JSON string without role markers: angle brackets are escaped, so that no tokenizer sees one."""
    without = text
    while (stripped := _ROLE_MARKERS.sub(" ", without)) != without:
        without = stripped
    quoted = json.dumps(without.strip(), ensure_ascii=False)
    return quoted.replace("<", "\\u003c").replace(">", "\\u003e")


class Templates:
    """The templates of one folder by name, without the ending .j2."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = places.templates_folder() if folder is None else folder
        # Autoescaping is for HTML; here every outside word goes through as_data.
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self.folder),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters["as_data"] = as_data

    def render(self, name: str, **values: object) -> str:
        """The template filled in. InterviewerError when it is missing, broken, or lacks a value."""
        try:
            return self._environment.get_template(f"{name}.j2").render(**values)
        except jinja2.TemplateNotFound as missing:
            raise self._not_found(str(missing.name)) from missing
        except jinja2.UndefinedError as error:
            message = f"The template {self.folder / name}.j2 needs a value it was not given: {error.message}."
            raise InterviewerError(message, "Mend the template, or give it that value.") from error
        except jinja2.TemplateSyntaxError as error:
            message = (
                f"The template {error.filename or self.folder / name}, line {error.lineno}: {error.message}"
            )
            raise InterviewerError(message, "Mend the template.") from error

    def hash(self, name: str) -> str:
        """SHA-256 of the template's source and of what it includes: which wording made a sentence or a score."""
        digest = hashlib.sha256()
        for source in self._sources(f"{name}.j2"):
            digest.update(source.encode())
        return digest.hexdigest()

    def _sources(self, file: str) -> list[str]:
        path = self.folder / file
        try:
            source = path.read_text(encoding="utf-8")
        except FileNotFoundError as missing:
            raise self._not_found(file) from missing
        return [source] + [inner for name in _INCLUDED.findall(source) for inner in self._sources(name)]

    def _not_found(self, file: str) -> InterviewerError:
        return InterviewerError(
            f"There is no template '{file}' in {self.folder}.",
            "Reinstall interviewer, or put the file back.",
        )
