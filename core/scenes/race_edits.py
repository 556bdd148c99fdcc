"""Every way in which a race is set up otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.optimizers import OPTIMIZERS, SCHEDULES
from core.optimizers.hyperparameters import Adjustable
from core.scenes.gradient_stability import stability
from core.scenes.gradient_state import (
    LARGEST_NOISE,
    LARGEST_RATE,
    LARGEST_SEED,
    SMALLEST_RATE,
    GradientState,
    anew,
    race_of,
    with_racer,
)
from core.scenes.race_paths import Racer
from core.scenes.race_setup import allowed
from core.scenes.state import Numbers, with_number

VISIBLE, NOISE_ON_FLAT = 0.15, 0.1
"""Standard deviation of usual noise as a part of the gradient at P, and the one where that is 0."""

FIRST_RATES = {"adadelta": 1.0, "newton": 1.0, "damped_newton": 1.0, "lbfgs": 1.0, "adagrad": 1.0}
"""Learning rates of optimisers that join a race and do not take that of a racer like them."""

LIKE_GRADIENT_DESCENT = ("gradient_descent", "momentum", "nesterov", "radam")
"""Those whose steps, at least the first ones, are as long as the gradient, so that rates depend on f."""


def selected(state: GradientState, key: str) -> GradientState:
    """Choose whose settings are shown."""
    return replace(state, selected=key)


def with_runner(state: GradientState, key: str, runs: bool) -> GradientState:
    """Let a racer take part or not."""
    racers = tuple(racer._replace(runs=runs) if racer.optimizer == key else racer for racer in state.racers)
    return replace(state, racers=racers)


def added(state: GradientState, key: str) -> GradientState:
    """Let one more optimiser take part, and select it."""
    if any(racer.optimizer == key for racer in state.racers):
        return selected(state, key)
    racer = Racer(key, True, (("learning_rate", _first_rate(state, key)),))
    return replace(state, racers=(*state.racers, racer), selected=key)


def _first_rate(state: GradientState, key: str) -> float:
    if key in FIRST_RATES:
        return FIRST_RATES[key]
    like = key in LIKE_GRADIENT_DESCENT
    rates = [
        racer.learning_rate
        for racer in state.racers
        if (racer.optimizer in LIKE_GRADIENT_DESCENT) == like and racer.optimizer not in FIRST_RATES
    ]
    return rates[-1] if rates else 0.01 if like else 0.1


def removed(state: GradientState, key: str) -> GradientState:
    """Take a racer out, unless it is the last; the one in its place is selected."""
    kept = tuple(racer for racer in state.racers if racer.optimizer != key)
    if not kept:
        return state
    place = next(k for k, racer in enumerate(state.racers) if racer.optimizer == key)
    choice = kept[min(place, len(kept) - 1)].optimizer if state.selected == key else state.selected
    forks = tuple(fork for fork in state.forks if fork.racer.optimizer != key)
    return replace(state, racers=kept, selected=choice, forks=forks)


def with_setting(state: GradientState, name: str, value: float) -> GradientState:
    """Set a hyperparameter of the selected racer, as near as is allowed."""
    racer = state.racer
    settings = _with(OPTIMIZERS[racer.optimizer], racer.settings, name, value)
    return with_racer(state, racer._replace(settings=settings))


def rescued(state: GradientState) -> GradientState:
    """Take the learning rate that is offered: from this step on, or anew from P where that is too late."""
    rescue = stability(state).rescue
    if rescue is None:
        return state
    settings = with_number(state.racer.settings, "learning_rate", rescue.rate)
    slower = state.racer._replace(settings=settings)
    return anew(state, slower) if rescue.anew else with_racer(state, slower)


def with_schedule(state: GradientState, key: str) -> GradientState:
    """Choose how the learning rate of the selected racer changes from step to step."""
    return with_racer(state, state.racer._replace(schedule=key, schedule_settings=()))


def with_schedule_setting(state: GradientState, name: str, value: float) -> GradientState:
    """Set a hyperparameter of the schedule, as near as is allowed."""
    racer = state.racer
    settings = _with(SCHEDULES[racer.schedule], racer.schedule_settings, name, value)
    return with_racer(state, racer._replace(schedule_settings=settings))


def _with(kind: type[Adjustable], numbers: Numbers, name: str, value: float) -> Numbers:
    """Set one number, at the place that it has among the hyperparameters."""
    known = dict(numbers)
    for described in kind.hyperparameters():
        if described.name == name:
            known[name] = allowed(described, value)
    return tuple((each.name, known[each.name]) for each in kind.hyperparameters() if each.name in known)


def usual_noise(slope: float) -> float:
    """Give a standard deviation that is seen beside a gradient of this length and does not drown it."""
    usual = float(f"{VISIBLE * slope:.1g}")
    return min(usual, LARGEST_NOISE) if usual > 0.0 else NOISE_ON_FLAT


def with_noise(state: GradientState, noise: float) -> GradientState:
    """Add noise of this standard deviation to every gradient, the same for all racers; 0 is none."""
    return replace(state, noise=min(max(noise, 0.0), LARGEST_NOISE), reach=0)


def with_seed(state: GradientState, seed: float) -> GradientState:
    """Choose other noise of the same size."""
    return replace(state, seed=round(min(max(seed, 0.0), LARGEST_SEED)), reach=0)


def with_rates(state: GradientState, rates: Mapping[str, float]) -> GradientState:
    """Give racers other learning rates from the start on: what was changed on the way is over."""
    racers = tuple(
        racer._replace(settings=with_number(racer.settings, "learning_rate", _possible(rate)))
        for racer in state.racers
        for rate in (rates.get(racer.optimizer, racer.learning_rate),)
    )
    again = replace(state, racers=racers, forks=(), reach=0)
    return replace(again, step=race_of(again).step)


def _possible(rate: float) -> float:
    return min(max(rate, SMALLEST_RATE), LARGEST_RATE)
