"""The examples in the docstrings of core compute what they show, and everything that people call has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from typing import Any

import numpy as np
import pytest

import core

MODULES = ["core", *(module.name for module in pkgutil.walk_packages(core.__path__, "core."))]

TAUGHT = (
    "core",
    "core.autodiff",
    "core.check",
    "core.difference_error",
    "core.finite_difference",
    "core.line_fit",
    "core.losses",
    "core.mini_batches",
    "core.model_fit",
    "core.network",
    "core.optimizers",
    "core.regression",
    "core.step_size",
    "core.tape",
    "core.taylor",
)
"""The modules whose classes and functions must teach by example."""


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name), extraglobs={"np": np}, report=True)
    assert results.failed == 0


def public() -> list[Any]:
    """Return the classes and functions in `__all__`, or else the public ones that a module defines."""
    found: dict[Any, None] = {}
    for module in map(importlib.import_module, TAUGHT):
        for name in getattr(module, "__all__", vars(module)):
            each = getattr(module, name)
            is_named = hasattr(module, "__all__") or getattr(each, "__module__", None) == module.__name__
            if is_named and not name.startswith("_") and (inspect.isclass(each) or inspect.isfunction(each)):
                found[each] = None
    return [pytest.param(each, id=f"{each.__module__}.{each.__name__}") for each in found]


@pytest.mark.parametrize("taught", public())
def test_it_is_shown_by_an_example(taught: Any) -> None:
    documentation = taught.__doc__ or ""
    assert inspect.cleandoc(documentation).count("Examples\n--------\n") == 1
    assert ">>>" in inspect.cleandoc(documentation).split("Examples\n--------\n")[1]
