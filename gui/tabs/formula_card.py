"""The card in which a formula is typed."""

from __future__ import annotations

from collections.abc import Iterable

from core.scenes.ready import FormulaPreset, in_list
from core.scenes.state import Problem
from gui.controls import Card, ExpressionField, text_label
from gui.theme import Theme


class FormulaCard(Card):
    """The field, and a hint while it is empty; each tab adds its preview below.

    Attributes
    ----------
    field : ExpressionField
        Where the formula is typed.
    note : QLabel
        Says what to type while the field is empty.
    """

    def __init__(
        self,
        theme: Theme,
        prefix_latex: str,
        presets: Iterable[FormulaPreset],
        *,
        name: str,
        placeholder: str,
        hint: str,
    ) -> None:
        super().__init__(theme)
        ready = list(presets)
        self._keys = {preset.formula: preset.key for preset in ready}
        self.field = ExpressionField(
            theme,
            prefix_latex,
            placeholder=placeholder,
            examples=in_list(ready),
            example_lines={preset.key: preset.remark for preset in ready},
            name=name,
        )
        self.note = text_label(hint, theme.muted)
        self.note.setWordWrap(True)
        self.body.addWidget(self.field)
        self.body.addWidget(self.note)

    def show_typed(self, text: str, problem: Problem | None) -> None:
        """Show the text, and what is wrong with it."""
        empty = not text.strip()
        self.field.show_text(text)
        self.field.show_current(self._keys.get(text, ""))
        if problem is None or empty:
            self.field.show_ok()
        else:
            self.field.show_error(problem.message, problem.position, problem.partner, problem.suggestion)
        self.note.setVisible(empty)
