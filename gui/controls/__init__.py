"""The controls of the inspector, the pane headers and the transport bar.

They propose by signals, on gestures only, and are placed by their ``show_...`` methods, which emit nothing.
"""

from gui.controls.buttons import Button, IconButton
from gui.controls.card import Card, Inspector, text_label
from gui.controls.choices import CheckBox, Choice, Segmented
from gui.controls.examples import ExampleGroups, ExamplesPopup
from gui.controls.expression_field import CodeEdit, ExpressionField
from gui.controls.focus import FocusRing
from gui.controls.notice import Notice
from gui.controls.number_field import NumberField
from gui.controls.pane_header import LegendEntry, PaneHeader
from gui.controls.readout import Readout, ReadoutRow
from gui.controls.show_list import ShowButton
from gui.controls.slider import Slider
from gui.controls.slider_row import SliderRow
from gui.controls.table import Cell, Column, NumberTable
from gui.controls.transport import TransportBar
from gui.controls.typed_in_place import TypedInPlace

__all__ = [
    "Button",
    "Card",
    "Cell",
    "CheckBox",
    "Choice",
    "CodeEdit",
    "Column",
    "ExampleGroups",
    "ExamplesPopup",
    "ExpressionField",
    "FocusRing",
    "IconButton",
    "Inspector",
    "LegendEntry",
    "Notice",
    "NumberField",
    "NumberTable",
    "PaneHeader",
    "Readout",
    "ReadoutRow",
    "Segmented",
    "ShowButton",
    "Slider",
    "SliderRow",
    "TransportBar",
    "TypedInPlace",
    "text_label",
]
