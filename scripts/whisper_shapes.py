"""Write a Whisper checkpoint of the true shapes with nobody's weights: it costs what a real one costs to run.

    python scripts/whisper_shapes.py base.en FOLDER [--tokens 30]

Random weights take the same time per token as trained ones, but never stop writing. So the decoder's positions are made
to speak: each holds the token that is to come next, loud enough to drown the rest, and from one position on the end of the
text. The real code loads it and decodes it, with prompt, fallbacks, word times and guards; what it writes is always the
same text, of about as many tokens as a chunk of speech has (150 words a minute are 3.3 tokens a second).
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import torch
from whisper.model import ModelDimensions, Whisper
from whisper.tokenizer import get_tokenizer

SHAPES = {
    "micro": ModelDimensions(80, 1500, 64, 2, 1, 51864, 448, 64, 2, 2),
    "base.en": ModelDimensions(80, 1500, 512, 8, 6, 51864, 448, 512, 8, 6),
    "large-v3-turbo": ModelDimensions(128, 1500, 1280, 20, 32, 51866, 448, 1280, 20, 4),
}
PROMPT_TOKENS = 35  # of the question's vocabulary, which comes before: 25 to 45 of 160 characters
END_SECONDS = 10.0  # told at the end of each text, so that nothing of the chunk is read again
TEXT = """ Bias is the error of a model that is too simple, and variance is how much the model changes with the data.
 To see which of them is at work I compare the training error with the error on held out examples, then I collect more data,
 regularize, or take a larger network, and measure again whether the gap has become smaller on the validation set."""
LOGIT = 25.6  # of the token that is to come, where the others' spread around nought
LOUD = 40.0  # how far a position's own token stands above what the layers add


def write(folder: Path, shape: str, tokens: int) -> Path:
    """FOLDER/SHAPE.pt, in half precision as the real ones are; its name tells the loader which heads time words."""
    dimensions = SHAPES[shape]
    torch.manual_seed(0)
    model = Whisper(dimensions)
    embedding = torch.randn(dimensions.n_vocab, dimensions.n_text_state) * (LOGIT / dimensions.n_text_state)
    script = torch.tensor(_script(dimensions, tokens))
    state: dict[str, Any] = dict(model.state_dict())
    state["decoder.token_embedding.weight"] = embedding
    state["decoder.positional_embedding"] = LOUD * embedding[script]
    path = folder / f"{shape}.pt"
    torch.save(
        {"dims": asdict(dimensions), "model_state_dict": {name: one.half() for name, one in state.items()}},
        path,
    )
    return path


def _script(dimensions: ModelDimensions, tokens: int) -> list[int]:
    """The token to come after each position. The first is asked for the language, which an English-only model has not."""
    multilingual = dimensions.n_vocab >= 51865
    tokenizer = get_tokenizer(multilingual, num_languages=dimensions.n_vocab - 51765 - int(multilingual))
    words = tokenizer.encode(" ".join(TEXT.split()))
    last = PROMPT_TOKENS + tokens
    said = [words[place % len(words)] for place in range(last)]
    said[-1] = tokenizer.timestamp_begin + round(END_SECONDS / 0.02)
    first = tokenizer.to_language_token("en") if multilingual else said[0]
    return [first, *said[1:], *[tokenizer.eot] * (dimensions.n_text_ctx - last)]


@click.command(help=__doc__)
@click.argument("shape", type=click.Choice(list(SHAPES)))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--tokens", default=30, show_default=True, help="Of text in a chunk.")
def main(shape: str, folder: Path, tokens: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = write(folder, shape, tokens)
    click.echo(f"{path}: {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
