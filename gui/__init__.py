"""The window of Nabla: PySide6 around scenes that ``core`` computes."""

__version__ = "0.1.0"
