"""LaTeX cut short, so that a formula takes no longer to typeset than anyone would read it."""

from __future__ import annotations

import re
from functools import lru_cache

CUT = r"\text{…}"
"""What stands for the rest."""

DEEPEST = 12
"""What is nested deeper is left out, too small to be read in any case."""

_PART = re.compile(
    r"\\(?:text|mathrm|mathbf|operatorname|textcolor|color)\{[^{}]*\}|\\sqrt\[[^\]]*\]"
    r"|\\begin\{.*?\\end\{[^{}]*\}|\\(?:left|right)(?:\\.|.)?|\\[A-Za-z]+|\\.|\s+|.",
    re.DOTALL,
)
_NO_SIGN = re.compile(r"\s+|\\[,;:! ]|\\q?quad|[{}^_]|\\frac|\\(?:textcolor|color)\{.*", re.DOTALL)
_UNFINISHED = re.compile(r"[\^_]|\\frac|\\over|\\sqrt.*|\\(?:textcolor|color)\{.*", re.DOTALL)
"""After these comes an operand, which cannot be left out."""


@lru_cache(maxsize=1024)
def shortened(latex: str, most: int) -> str:
    r"""Cut LaTeX off after so many signs, closing what is open, with an ellipsis for the rest.

    Parameters
    ----------
    latex
        Any text; what is no LaTeX comes back as some other text.
    most
        How many letters, digits and other signs to keep. Those of a table of cases count as one.

    Returns
    -------
    str
        The very same text if it has few signs and is not deeply nested.
    """
    if len(latex) <= most and latex.count("{") + latex.count(r"\left") <= DEEPEST:
        return latex
    kept: list[str] = []
    closings: list[str] = []
    signs = left_out = 0
    before = ""
    for part in _PART.findall(latex):
        opens, closes = _opens(part), _closes(part)
        if left_out:
            left_out += opens - closes
            if left_out:
                continue
        elif signs >= most and not closes and not _attached(part, before):
            return "".join((*kept, CUT, *reversed(closings)))
        kept.append(part)
        signs += not _NO_SIGN.fullmatch(part)
        if closes:
            before = r"\over" if closings and closings.pop() == _OVER else part
        elif opens:
            closings.append(_closing(part, before))
            before = ""
            if len(closings) > DEEPEST:
                kept.append(CUT)
                left_out = 1
        elif not part.isspace():
            before = part
    return "".join(kept)


_OVER = rf"}}{{{CUT}}}"
"""Closes what is above a fraction bar."""


def _opens(part: str) -> bool:
    return part == "{" or part.startswith(r"\left")


def _closes(part: str) -> bool:
    return part == "}" or part.startswith(r"\right")


def _closing(opening: str, before: str) -> str:
    if opening != "{":
        return r"\right."
    return _OVER if before == r"\frac" else "}"


def _attached(part: str, before: str) -> bool:
    """Tell whether a part belongs to the one before it, as an exponent or an operand does."""
    return part.isspace() or part in ("^", "_") or bool(_UNFINISHED.fullmatch(before))
