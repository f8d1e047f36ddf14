"""The part of JSON schema that replies are asked for in: bounded, shown to the model, and checked afterwards.

A grammar without bounds can run away for thousands of tokens, and a grammar alone does not tell the model what it
constrains; so both engines bound the schema, repeat it in the prompt, and trust nobody about the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from interviewer.ports import PromptPart

MAX_STRING = 240
"""Characters a string may have when the schema names no bound."""
MAX_ITEMS = 24

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def bounded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with a maxLength on every free string, maxItems on every array, and no further properties.

    ValueError for a "$ref", which `fault_of` could not follow.
    """
    if "$ref" in schema:
        raise ValueError("a schema for the language model must not hold $ref: write the part out")
    result = dict(schema)
    for key in ("properties", "$defs"):
        if key in result:
            result[key] = {name: bounded(part) for name, part in result[key].items()}
    for key in ("anyOf", "oneOf"):
        if key in result:
            result[key] = [bounded(part) for part in result[key]]
    kind = result.get("type")
    if kind == "string" and "enum" not in result and "const" not in result:
        result.setdefault("maxLength", MAX_STRING)
    if kind == "array":
        result.setdefault("maxItems", MAX_ITEMS)
        if "items" in result:
            result["items"] = bounded(result["items"])
    if kind == "object" and "properties" in result:
        result.setdefault("additionalProperties", False)
    return result


def with_schema(prompt: Sequence[PromptPart], schema: Mapping[str, Any]) -> list[PromptPart]:
    """The prompt with the schema in its system part, where it stays the same from call to call."""
    order = (
        "Reply with one JSON object that satisfies this JSON schema and with nothing else:\n"
        + json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    )
    if prompt and prompt[0].role == "system":
        return [PromptPart("system", f"{prompt[0].text}\n\n{order}"), *prompt[1:]]
    return [PromptPart("system", order), *prompt]


def parse_object(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The object in `text`. ValueError says in one clause what is wrong with it."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} at character {error.pos})") from error
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    if fault := fault_of(value, schema):
        raise ValueError(fault)
    return value


def fault_of(value: object, schema: Mapping[str, Any], where: str = "the reply") -> str | None:
    """The first way in which `value` fails the schema; None when it holds."""
    if "anyOf" in schema or "oneOf" in schema:
        faults = [fault_of(value, part, where) for part in schema.get("anyOf") or schema["oneOf"]]
        return None if None in faults else faults[0]
    if "const" in schema and not _same(value, schema["const"]):
        return f"{where} is not {schema['const']!r}"
    if "enum" in schema and not any(_same(value, allowed) for allowed in schema["enum"]):
        return f"{where} is none of the allowed values"
    kind = schema.get("type")
    if isinstance(kind, str) and not _is(value, kind):
        return f"{where} is no {kind}"
    if isinstance(kind, list) and not any(_is(value, one) for one in kind):
        return f"{where} is none of {', '.join(kind)}"
    return _bounds_fault(value, schema, where) or _inner_fault(value, schema, where)


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _same(value: object, expected: object) -> bool:
    return value == expected and isinstance(value, bool) == isinstance(expected, bool)


def _bounds_fault(value: object, schema: Mapping[str, Any], where: str) -> str | None:
    size: float
    if isinstance(value, str):
        size, least, most = len(value), schema.get("minLength"), schema.get("maxLength")
    elif isinstance(value, list):
        size, least, most = len(value), schema.get("minItems"), schema.get("maxItems")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        size, least, most = value, schema.get("minimum"), schema.get("maximum")
    else:
        return None
    if least is not None and not size >= least:
        return f"{where} is below its least size {least}"
    if most is not None and not size <= most:
        return f"{where} is above its greatest size {most}"
    return None


def _inner_fault(value: object, schema: Mapping[str, Any], where: str) -> str | None:
    if isinstance(value, list) and "items" in schema:
        faults = (fault_of(item, schema["items"], f"{where}[{index}]") for index, item in enumerate(value))
        return next((fault for fault in faults if fault), None)
    if not isinstance(value, dict):
        return None
    properties = schema.get("properties", {})
    if missing := [name for name in schema.get("required", ()) if name not in value]:
        return f"{where} lacks '{missing[0]}'"
    if schema.get("additionalProperties") is False and (extra := sorted(set(value) - set(properties))):
        return f"{where} holds '{extra[0]}', which was not asked for"
    faults = (fault_of(value[name], part, f"'{name}'") for name, part in properties.items() if name in value)
    return next((fault for fault in faults if fault), None)
