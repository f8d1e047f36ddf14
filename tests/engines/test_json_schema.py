from __future__ import annotations

import json
from typing import Any

import pytest

from interviewer.engines.json_schema import (
    MAX_ITEMS,
    MAX_STRING,
    bounded,
    fault_of,
    parse_object,
    with_schema,
)
from interviewer.ports import PromptPart

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "quote": {"type": "string"},
        "verdict": {"enum": ["met", "missed"]},
        "sentence": {"type": "integer", "minimum": 0, "maximum": 9},
        "labels": {"type": "array", "items": {"type": "string", "maxLength": 3}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["quote", "sentence"],
}


def test_every_string_and_array_gets_a_bound_and_own_bounds_stay() -> None:
    limits = bounded(SCHEMA)
    assert limits["properties"]["quote"]["maxLength"] == MAX_STRING
    assert limits["properties"]["labels"]["maxItems"] == MAX_ITEMS
    assert limits["properties"]["labels"]["items"]["maxLength"] == 3
    assert limits["properties"]["note"]["anyOf"][0]["maxLength"] == MAX_STRING
    assert "maxLength" not in limits["properties"]["verdict"]
    assert limits["additionalProperties"] is False
    assert "maxLength" not in SCHEMA["properties"]["quote"], "the caller's schema was changed"


def test_a_reference_is_refused_rather_than_left_unchecked() -> None:
    with pytest.raises(ValueError, match=r"\$ref"):
        bounded({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}})


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"quote": "a", "sentence": 1}, None),
        ({"quote": "a", "sentence": 1, "verdict": "met", "labels": ["abc"], "note": None}, None),
        ({"quote": "a"}, "lacks 'sentence'"),
        ({"quote": "a", "sentence": True}, "no integer"),
        ({"quote": "a", "sentence": 1.5}, "no integer"),
        ({"quote": "a", "sentence": 10}, "greatest size 9"),
        ({"quote": "a", "sentence": -1}, "least size 0"),
        ({"quote": 1, "sentence": 1}, "no string"),
        ({"quote": "a" * (MAX_STRING + 1), "sentence": 1}, "greatest size"),
        ({"quote": "a", "sentence": 1, "verdict": "excellent"}, "none of the allowed"),
        ({"quote": "a", "sentence": 1, "labels": ["abcd"]}, r"labels'\[0\]"),
        ({"quote": "a", "sentence": 1, "labels": ["a"] * (MAX_ITEMS + 1)}, "greatest size"),
        ({"quote": "a", "sentence": 1, "note": 3}, "no string"),
        ({"quote": "a", "sentence": 1, "score": 5}, "not asked for"),
    ],
)
def test_a_value_is_checked(value: dict[str, Any], fault: str | None) -> None:
    found = fault_of(value, bounded(SCHEMA))
    if fault is None:
        assert found is None
    else:
        with pytest.raises(ValueError, match=fault):
            parse_object(json.dumps(value), bounded(SCHEMA))


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", '{"quote": "a"'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it is not"):
        parse_object(text, SCHEMA)


def test_the_schema_is_shown_in_the_system_part() -> None:
    shown = with_schema([PromptPart("system", "Judge."), PromptPart("user", "Now")], SCHEMA)
    assert [part.role for part in shown] == ["system", "user"]
    assert shown[0].text.startswith("Judge.") and '"sentence"' in shown[0].text
    assert with_schema([PromptPart("user", "Now")], SCHEMA)[0].role == "system"
