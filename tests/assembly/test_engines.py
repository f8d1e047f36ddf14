from __future__ import annotations

from interviewer.assembly.engines import Engines, open_judge
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.engines.scripted_language_model import ScriptedLanguageModel
from interviewer.evaluator.embedded_judge import EmbeddedJudge


class Cloneable(ScriptedLanguageModel):
    """Counts how often it and its copy were closed."""

    def __init__(self) -> None:
        super().__init__([])
        self.closed = 0
        self.copies: list[Cloneable] = []

    def clone_context(self) -> Cloneable:
        self.copies.append(Cloneable())
        return self.copies[-1]

    def close(self) -> None:
        self.closed += 1


def test_closing_frees_the_interviews_context_and_the_judges_own() -> None:
    model = Cloneable()
    embedded = EmbeddedJudge(MiniLmEmbedder())
    engines = Engines(embedded, open_judge(model, embedded), model)
    engines.close()
    assert model.closed == 1
    assert [copy.closed for copy in model.copies] == [1]
