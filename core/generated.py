"""The one place where source is executed: straight-line code that we wrote from our own instructions.

Typed text never gets here: the source holds numbered names, operators and the numbers of constants only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    exec(compile(source, "<program>", "exec"), space)
    function: Callable[..., Any] = space["run"]
    return function
