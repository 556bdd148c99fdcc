"""The cards of the Gradient tab in which partial derivatives are explained, and those of the user judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.scenes import gradient_claims as claims
from core.scenes import gradient_rules as rules
from core.scenes.gradient import GradientScene
from core.scenes.gradient_state import GradientState
from core.scenes.level_map import COORDINATES
from core.scenes.rule_steps import END_OF_MARK, MARK
from gui.controls import Card, Inspector, Notice, Segmented, text_label
from gui.controls.card import BLEED
from gui.tab import Tab
from gui.tabs.claim_field import ClaimField
from gui.tabs.long_formula import LongFormula, terms
from gui.tabs.step_list import StepTable
from gui.theme import Theme

SWAP = "swap"
"""Key of the link that puts each claim into the other one's place."""


class RulesCard(Card):
    """The derivation of ∂f/∂x or ∂f/∂y, line by line, with its result.

    Attributes
    ----------
    coordinate : Segmented
        For which coordinate.
    constant : QLabel
        Which one is constant then.
    whole : LongFormula
        The function with the piece of the open step in colour.
    table : StepTable
        The list.
    result : LongFormula
        The partial derivative.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Step by step", collapsible=True)
        self._theme = theme
        self._scene: GradientScene | None = None
        self.coordinate = Segmented(
            theme, [(name, _sign(name)) for name in COORDINATES], name="Derivative for"
        )
        self.constant = text_label("", theme.muted, 12)
        self.whole = LongFormula(theme.muted)
        self.table = StepTable(theme)
        self.result = LongFormula(theme.derivative.text)
        row = QHBoxLayout()
        row.setSpacing(9)
        row.addWidget(self.coordinate)
        row.addWidget(self.constant)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self.whole)
        self.add_wide(self.table)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(BLEED, 0, BLEED, 0)
        column.addWidget(self.result)
        self.add_wide(below)
        self.fold_toggled.connect(self._unfolded)
        self.show_folded(True)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the steps; nothing is typeset while the card is folded."""
        self._scene = scene
        if self.folded:
            return
        shown = scene.rules
        self.coordinate.show_choice(shown.name)
        self.constant.setText(f"{rules.other(shown.name)} is a constant")
        self.whole.show_formula(coloured(shown.marked_latex, self._theme.function.text))
        self.whole.setVisible(bool(shown.marked_latex))
        self.table.show_steps(shown.steps, shown.chosen, shown.notice)
        self.result.show_formula(shown.result_latex)

    def unfold(self) -> None:
        """Show all of the card."""
        self.show_folded(False)
        self._unfolded(False)

    def _unfolded(self, folded: bool) -> None:
        if not folded and self._scene is not None:
            self.show_scene(self._scene)


def _sign(name: str) -> str:
    return rf"{{\partial}} / {{\partial}} {name}"


def coloured(marked: str, colour: str) -> str:
    """Colour each term between the marks on its own, so that the formula can be broken there."""
    parts = marked.split(MARK)
    for place, part in enumerate(parts[1:], start=1):
        inside, _, after = part.partition(END_OF_MARK)
        parts[place] = " ".join(_coloured_term(term, colour) for term in terms(inside)) + after
    return "".join(parts)


def _coloured_term(term: str, colour: str) -> str:
    sign, gap, rest = term.partition(" ") if term.startswith(("+ ", "- ")) else ("", "", term)
    return rf"{sign}{gap}\textcolor{{{colour}}}{{{rest}}}"


class GradientClaimCard(Card):
    """The user's own partial derivatives, and the verdicts on them.

    Attributes
    ----------
    claims : tuple of ClaimField
        For ∂f/∂x and for ∂f/∂y.
    swapped : Notice
        Says that each is the other one's derivative.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Check my gradient", collapsible=True)
        self.claims = tuple(
            ClaimField(
                theme,
                prefix_latex=rf"{{\partial}} f / {{\partial}} {name} =",
                placeholder="type your own derivative",
                name=f"My derivative for {name}",
            )
            for name in COORDINATES
        )
        self.swapped = Notice(theme)
        for claim in self.claims:
            self.body.addWidget(claim)
        self.body.addWidget(self.swapped)
        self.show_folded(True)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the texts and the verdicts."""
        shown = scene.claims
        for claim, text, verdict in zip(self.claims, shown.texts, shown.verdicts, strict=True):
            claim.show_claim(text, verdict)
        sentence = f"These are swapped: each is the derivative for the other letter. [Swap them]({SWAP})"
        self.swapped.show_notice(sentence if shown.swapped else "", "wrong")


def connect_rules(steps: RulesCard, claim_card: GradientClaimCard, inspector: Inspector, tab: Tab) -> None:
    """Let the gestures of both cards change the state of the tab."""

    def become(change: Callable[..., GradientState], *arguments: object) -> None:
        tab.become(change(tab.state, *arguments))

    def type_claim(axis: int, text: str) -> None:
        tab.become(claims.with_gradient_claim(tab.state, axis, text), merge=f"claim {axis}")

    def show_step(name: str, number: int) -> None:
        steps.unfold()
        become(rules.show_rule, name, number)
        inspector.reveal(steps.table)

    steps.coordinate.chosen.connect(lambda name: become(rules.choose_partial, name))
    steps.table.row_chosen.connect(lambda row: become(rules.choose_rule, row + 1))
    steps.table.details.step_asked.connect(lambda number: become(rules.choose_rule, number))
    steps.table.details.part_toggled.connect(lambda path: become(rules.toggle_rule_part, path))
    for axis, claim in enumerate(claim_card.claims):
        claim.field.edited.connect(partial(type_claim, axis))
        claim.step_asked.connect(partial(show_step, COORDINATES[axis]))
    claim_card.swapped.activated.connect(lambda _key: become(claims.swap_claims))
