"""The C functions of pocketsphinx that its Python module exports but does not wrap.

Mixing several language models in one search needs `ngram_model_set_*`, which only C has. The wheel's extension module is
an ordinary shared library, so its functions can be called by name; whether they are all there is found out at the start.
"""

from __future__ import annotations

import ctypes as c
from dataclasses import dataclass
from functools import cache
from typing import Any

_POINTER = c.c_void_p
_TEXT = c.c_char_p
_INT = c.c_int
_OUT_INT = c.POINTER(c.c_int)

_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "ps_config_parse_json": (_POINTER, _POINTER, _TEXT),
    "ps_init": (_POINTER, _POINTER),
    "ps_free": (_INT, _POINTER),
    "ps_get_logmath": (_POINTER, _POINTER),
    "ps_add_lm": (_INT, _POINTER, _TEXT, _POINTER),
    "ps_activate_search": (_INT, _POINTER, _TEXT),
    "ps_remove_search": (_INT, _POINTER, _TEXT),
    "ps_add_word": (_INT, _POINTER, _TEXT, _TEXT, _INT),
    "ps_lookup_word": (_POINTER, _POINTER, _TEXT),
    "ps_start_utt": (_INT, _POINTER),
    "ps_process_raw": (_INT, _POINTER, _TEXT, c.c_size_t, _INT, _INT),
    "ps_end_utt": (_INT, _POINTER),
    "ps_get_hyp": (_TEXT, _POINTER, _POINTER),
    "ps_seg_iter": (_POINTER, _POINTER),
    "ps_seg_next": (_POINTER, _POINTER),
    "ps_seg_word": (_TEXT, _POINTER),
    "ps_seg_frames": (None, _POINTER, _OUT_INT, _OUT_INT),
    "ps_seg_prob": (_INT, _POINTER, _POINTER, _POINTER, _POINTER),
    "ps_get_cmn": (_TEXT, _POINTER, _INT),
    "ps_set_cmn": (_INT, _POINTER, _TEXT),
    "ckd_free": (None, _POINTER),
    "logmath_init": (_POINTER, c.c_double, _INT, _INT),
    "logmath_free": (_INT, _POINTER),
    "logmath_exp": (c.c_double, _POINTER, _INT),
    "ngram_model_read": (_POINTER, _POINTER, _TEXT, _INT, _POINTER),
    "ngram_model_write": (_INT, _POINTER, _TEXT, _INT),
    "ngram_model_apply_weights": (_INT, _POINTER, c.c_float, c.c_float),
    "ngram_model_free": (_INT, _POINTER),
    "ngram_wid": (_INT, _POINTER, _TEXT),
    "ngram_unknown_wid": (_INT, _POINTER),
    "ngram_model_set_init": (_POINTER, _POINTER, _POINTER, _POINTER, _POINTER, _INT),
    "ngram_model_set_add": (_POINTER, _POINTER, _POINTER, _TEXT, c.c_float, _INT),
    "ngram_model_set_remove": (_POINTER, _POINTER, _TEXT, _INT),
    "ngram_model_set_interp": (_POINTER, _POINTER, _POINTER, _POINTER),
}


@dataclass(frozen=True)
class Missing:
    """Why the C functions cannot be called here."""

    reason: str


class Functions:
    """The C functions, typed, as attributes: `functions.ps_init(config)`."""

    def __init__(self, library: c.CDLL) -> None:
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(library, name)  # AttributeError when the library does not export it
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"pocketsphinx's C function {name} is not in the table of signatures")


@cache
def functions() -> Functions | Missing:
    """The C functions of the installed pocketsphinx, or why they cannot be had."""
    from pocketsphinx import _pocketsphinx

    try:
        return Functions(c.CDLL(_pocketsphinx.__file__))
    except (OSError, AttributeError) as error:
        return Missing(str(error))
