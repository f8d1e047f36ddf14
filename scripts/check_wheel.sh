#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment and runs the demo from another folder:
# personas, questions, weights' catalogue, recordings and templates must all have travelled inside.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
python=$top/${VENV:-.venv}/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m build --wheel --outdir "$work/dist" . >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q "$(grep '^torch==' constraints.txt)"
"$work/venv/bin/pip" install -q -c constraints.txt "$work"/dist/interviewer-*.whl

cd "$work"
INTERVIEWER_DATA_DIR=$work/data INTERVIEWER_CONFIG_DIR=$work/config \
    "$work/venv/bin/interviewer" demo --fast --json >"$work/demo.json"
"$python" - "$work/demo.json" <<'PY'
import json
import pathlib
import sys

result = json.loads(pathlib.Path(sys.argv[1]).read_text())
wanted = {"session", "engines", "questions", "follow_ups", "persona_switches", "scores", "report"}
assert wanted <= result.keys(), f"missing: {wanted - result.keys()}"
assert pathlib.Path(result["report"]).stat().st_size > 10_000
print(f"The wheel works on its own: {len(result['questions'])} questions, {len(result['follow_ups'])} follow-ups.")
PY
