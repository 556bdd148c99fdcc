"""A field for a derivative of one's own, with the verdict on it below."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.scenes.claim import Verdict
from core.scenes.state import Problem
from gui.controls import ExpressionField, Notice
from gui.theme import Theme


class ClaimField(QWidget):
    """What the user says a derivative is, and whether it is.

    Parameters
    ----------
    prefix_latex
        What stands before the text, or empty.
    name
        For screen readers.

    Attributes
    ----------
    step_asked : Signal
        int; the step that the verdict speaks of is to be shown.
    field : ExpressionField
        Where it is typed.
    notice : Notice
        The verdict.
    """

    step_asked = Signal(int)

    def __init__(self, theme: Theme, *, prefix_latex: str = "", placeholder: str, name: str) -> None:
        super().__init__()
        self.field = ExpressionField(theme, prefix_latex, placeholder=placeholder, name=name)
        self.notice = Notice(theme)
        self.notice.activated.connect(lambda step: self.step_asked.emit(int(step)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.field)
        column.addWidget(self.notice)

    def show_claim(self, text: str, verdict: Verdict | Problem | None) -> None:
        """Show the text, and what is wrong with it or the verdict."""
        self.field.show_text(text)
        if isinstance(verdict, Problem):
            self.field.show_error(verdict.message, verdict.position, verdict.partner, verdict.suggestion)
        else:
            self.field.show_ok()
        if isinstance(verdict, Verdict):
            self.notice.show_notice(_verdict_text(verdict), "correct" if verdict.agrees else "wrong")
        else:
            self.notice.show_notice("")


def _verdict_text(verdict: Verdict) -> str:
    text = f"{verdict.sentence} {verdict.explanation}".rstrip()
    link = f" [Show step {verdict.step}, {verdict.rule.lower()}]({verdict.step})" if verdict.step else ""
    return text + link
