#!/usr/bin/env bash
# Makes everything that `make demo` (default) or `make test` (argument: test) needs. A second run ends in a moment.
#
# System packages are installed with apt-get when we are root on Debian or Ubuntu; otherwise the exact line to run is
# printed and nothing else happens. Python packages go into .venv, pinned by constraints.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
purpose=${1:-demo}
python=${PYTHON:-python3}
venv=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }

# -- system packages ---------------------------------------------------------------------------------------------------
missing=()
need() { # need PACKAGE TEST... : remember PACKAGE when TEST fails
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
# not grep -q: it would close the pipe early, and pipefail would take that for a failure
has_library() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep "$1" >/dev/null; }

if [ "$(uname -s)" = Linux ]; then
    need espeak-ng command -v espeak-ng
    need libportaudio2 has_library 'libportaudio\.so\.2'
    # llama-cpp-python has no wheel on the package index and is built from source.
    need g++ command -v g++
    need make command -v make
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then missing+=(python3-venv); fi
    if [ "$purpose" = test ]; then
        need flite command -v flite
        need pulseaudio command -v pulseaudio
        need pulseaudio-utils command -v pactl
        need libasound2-plugins test -e "$(find /usr/lib -name libasound_module_pcm_pulse.so 2>/dev/null | head -n 1)"
    fi
fi
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing system packages: ${missing[*]}"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
    else
        say "These system packages are missing: ${missing[*]}"
        say "Install them, then run this again:"
        say "    sudo apt-get install --no-install-recommends ${missing[*]}"
        exit 1
    fi
fi

# Without a browser the tests that need one skip, saying so; Ubuntu has no such package.
if [ "$purpose" = test ] && ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2 ||
        say "No chromium package here: the tests in a browser will be skipped."
fi

# -- Python packages ---------------------------------------------------------------------------------------------------
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "Python 3.11 or newer is needed, but $python is $("$python" --version 2>&1)."
    say "Name another one: make $purpose PYTHON=python3.12"
    exit 1
fi
stamp="$venv/.installed-$purpose-$(cat pyproject.toml constraints.txt "$here/setup.sh" | cksum | cut -d' ' -f1)"
if [ -e "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null; then exit 0; fi

say "Setting up $venv. The first time takes several minutes: torch is large, and llama-cpp-python is compiled here."
"$python" -m venv "$venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$venv/bin/pip" install -q --upgrade 'pip>=25.1'
# torch first and by its exact number, or what depends on it may fetch another build of several gigabytes
"$venv/bin/pip" install -q "$(grep '^torch==' constraints.txt)"
groups=()
if [ "$purpose" = test ]; then groups=(--group dev); fi
"$venv/bin/pip" install -q -c constraints.txt ${groups[@]+"${groups[@]}"} -e .
touch "$stamp"
# tests need all that the demo needs
if [ "$purpose" = test ]; then touch "${stamp/-test-/-demo-}"; fi
