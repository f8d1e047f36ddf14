#!/usr/bin/env bash
# Writes constraints.txt: the exact versions of everything in .venv, after the tests passed with them.
set -euo pipefail
cd "$(dirname "$0")/.."
{
    echo "# Exact versions for a reproducible set-up; made by scripts/lock.sh. Direct dependencies stand in pyproject.toml."
    # a local build's suffix (+cpu) says which wheel was used here, not which version is wanted
    "${VENV:-.venv}/bin/pip" freeze --exclude-editable --exclude interviewer | sed -E 's/\+cpu$//' |
        sed -E 's/^([A-Za-z0-9_.-]+) @ .*(llama_cpp_python)-([0-9.]+).*/\1==\3/' | grep -v ' @ ' | LC_ALL=C sort -f
} >constraints.txt
grep -q '^torch==2.13.0$' constraints.txt
