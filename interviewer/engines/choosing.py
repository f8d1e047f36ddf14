"""What both language-model engines share when a model is made to choose: the form of the reply, and the arithmetic from
scores and logs of probabilities to chances. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interviewer.engines.json_schema import fault_of

LISTED_ALTERNATIVES = 10
"""How many alternatives to a token an endpoint is asked for."""
_SLACK = 1e-3  # servers round
_AT_ODDS = 0.1  # how much less likely than another option what was taken may be: ties fall either way


@dataclass(frozen=True)
class Token:
    """A token of a reply, and the log of the probability of each token that might have stood in its place."""

    text: str
    logs: Mapping[str, float]


def reply_of(taken: Mapping[str, str]) -> str:
    return json.dumps(dict(taken), ensure_ascii=False)


def schema_of(fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "enum": list(options)} for name, options in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


def longest_reply(fields: Mapping[str, Sequence[str]]) -> int:
    """Characters of the longest reply that is possible; no reply takes more tokens."""
    return len(reply_of({name: max(options, key=len) for name, options in fields.items()}))


def taken_from(text: str, fields: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The options a reply names. A number may come without its quotation marks and a word in capitals, as servers that
    know no schema send them. ValueError says in one clause what is wrong."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} at character {error.pos})") from error
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    plain = {name: _plain(said, fields.get(name, ())) for name, said in value.items()}
    if fault := fault_of(plain, schema_of(fields)):
        raise ValueError(fault)
    return plain


def _plain(said: object, options: Sequence[str]) -> Any:
    if isinstance(said, int) and not isinstance(said, bool):
        return str(said)
    if isinstance(said, str):
        return next((option for option in options if option.casefold() == said.strip().casefold()), said)
    return said


def normalised(scores: Mapping[str, float]) -> dict[str, float]:
    """Chances that sum to 1 from scores or logs of probabilities; a score of minus infinity is no chance at all."""
    highest = max(scores.values())
    if not math.isfinite(highest):
        raise ValueError("no option has a probability")
    weights = {name: math.exp(score - highest) for name, score in scores.items()}
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def token_of(entry: Mapping[str, Any]) -> Token:
    """A token as OpenAI's servers describe it. ValueError for what cannot be a probability."""
    told = [entry, *(entry.get("top_logprobs") or ())]
    logs = {str(one["token"]): _log(one["logprob"]) for one in reversed(told)}
    if sum(math.exp(log) for log in logs.values()) > 1 + len(logs) * _SLACK:
        raise ValueError("the probabilities of one token add up to more than one")
    return Token(str(entry["token"]), logs)


def _log(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value > _SLACK:
        raise ValueError(f"{value!r} is no log of a probability")
    return float(value)


def chances_of(
    tokens: Sequence[Token], field: str, options: Sequence[str], taken: str
) -> dict[str, float] | None:
    """How likely each option of `field` was, read at the token where the field's value begins to differ.

    None when the options lie below what the server lists. ValueError when the tokens do not spell the field, or when
    their chances speak against what was taken.
    """
    text, opening = "", re.compile(rf'"{re.escape(field)}"\s*:\s*(.*)\Z', re.DOTALL)
    for token in tokens:
        begun = opening.search(text)
        logs = _logs_per_option(begun[1], token, options) if begun else {}
        if logs:
            return _believable(logs, min(token.logs.values()), options, taken)
        text += token.text
    raise ValueError("the probabilities do not belong to the reply")


def _logs_per_option(begun: str, token: Token, options: Sequence[str]) -> dict[str, float]:
    """Per option the likelihood of the tokens that lead to it alone, when the token itself does; else nothing."""
    sums: dict[str, float] = {}
    if _meant(begun + token.text, options) is None:
        return {}
    for other, log in token.logs.items():
        option = _meant(begun + other, options)
        if option is not None:
            sums[option] = sums.get(option, 0.0) + math.exp(log)
    return {option: math.log(chance) if chance > 0 else -math.inf for option, chance in sums.items()}


def _meant(value: str, options: Sequence[str]) -> str | None:
    """The one option that a value so begun can still become; None while several can, or none."""
    said = value.lstrip().removeprefix('"')
    if not said.strip() or (said == value.lstrip() and not said[0].isdigit()):
        return None
    possible = [
        option
        for option in options
        if f'{option}"'.casefold().startswith(said.casefold())
        or re.match(rf"{re.escape(option)}\W", said, re.IGNORECASE)  # the token holds what follows as well
    ]
    return possible[0] if len(possible) == 1 else None


def _believable(
    logs: Mapping[str, float], least: float, options: Sequence[str], taken: str
) -> dict[str, float] | None:
    """An option that is not listed is at most as likely as the least that is."""
    chances = normalised({option: logs.get(option, least) for option in options})
    if chances[taken] >= max(chances.values()) - _AT_ODDS:
        return chances
    if len(logs) < len(options):
        return None
    raise ValueError("the reply is not what its own probabilities call likely")
