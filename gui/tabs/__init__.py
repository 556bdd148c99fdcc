"""The tabs of the window, in their order: a new tab is one more line here."""

from gui.tab import Tab
from gui.tabs.backprop import BackpropTab
from gui.tabs.derivative import DerivativeTab
from gui.tabs.gradient import GradientTab
from gui.tabs.regression import RegressionTab

TABS: tuple[type[Tab], ...] = (DerivativeTab, GradientTab, RegressionTab, BackpropTab)
