"""Measurements of the goals for speed: ``python -m tests.benchmarks`` prints the table."""
