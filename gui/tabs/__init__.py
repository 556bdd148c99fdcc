"""The tabs of the window, in their order: a new tab is one more line here."""

from gui.late_tab import LateTab

TABS: tuple[LateTab, ...] = (
    LateTab(
        "derivative", "Derivative", "gui.tabs.derivative:DerivativeTab", "gui.tabs.derivative_first:FirstLook"
    ),
    LateTab("gradient", "Gradient", "gui.tabs.gradient:GradientTab"),
    LateTab("regression", "Regression", "gui.tabs.regression:RegressionTab"),
    LateTab("backprop", "Backprop", "gui.tabs.backprop:BackpropTab"),
)
