"""The one place where source is executed: straight-line code that we wrote from our own instructions.

Typed text never gets here: the source holds numbered names, operators and the numbers of constants only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any


def generated_function(source: str, names: Mapping[str, Any]) -> Callable[..., Any]:
    """Execute source that defines a function ``run``, and return that function.

    Parameters
    ----------
    source
        Made from a recording, line by line.
    names
        All that the source may refer to.
    """
    space = dict(names)
    exec(_code(source), space)
    function: Callable[..., Any] = space["run"]
    return function


@lru_cache(maxsize=128)
def _code(source: str) -> CodeType:
    """Compile source once: formulas that differ in their numbers only have the same."""
    return compile(source, "<program>", "exec")
