"""The window of Nabla: PySide6 and pyqtgraph around scenes that ``core`` computes."""

__version__ = "0.1.0"
