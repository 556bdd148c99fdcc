"""How a change of settings enters a race: it forks a run on its way, or lets it begin anew."""

from __future__ import annotations

from core.scenes.race_paths import Fork, Racer, since_the_start


def with_changed(
    racers: tuple[Racer, ...], forks: tuple[Fork, ...], changed: Racer, step: int
) -> tuple[tuple[Racer, ...], tuple[Fork, ...]]:
    """Give a racer other settings at a step: from there on it runs with them, and before it as it did.

    At step 0 it is as if it had always had them. Changes at one and the same step are one fork; changes
    that lay after it are forgotten.
    """
    key = changed.optimizer
    others, before, own = _apart(racers, forks, key)
    latest = since_the_start(own)
    old = next((fork.racer for fork in latest if fork.step >= step), before)
    left = own[: len(own) - len(latest)] if step > 0 else ()
    kept = (*left, *(fork for fork in latest if fork.step < step))
    if step > 0 and old._replace(runs=changed.runs) != changed:
        kept = (*kept, Fork(step, old))
    elif step > 0:  # back to the old settings: there is no fork
        changed = old._replace(runs=changed.runs)
    return _exchanged(racers, changed), (*others, *kept)


def with_new_start(
    racers: tuple[Racer, ...], forks: tuple[Fork, ...], changed: Racer
) -> tuple[tuple[Racer, ...], tuple[Fork, ...]]:
    """Let a racer begin anew from P with other settings; the run that it leaves becomes its ghost."""
    others, before, own = _apart(racers, forks, changed.optimizer)
    if before == changed:
        return racers, forks
    return _exchanged(racers, changed), (*others, *since_the_start(own), Fork(0, before))


def _apart(
    racers: tuple[Racer, ...], forks: tuple[Fork, ...], key: str
) -> tuple[tuple[Fork, ...], Racer, tuple[Fork, ...]]:
    """Give the forks of others, a racer, and its own forks."""
    others = tuple(fork for fork in forks if fork.racer.optimizer != key)
    before = next(racer for racer in racers if racer.optimizer == key)
    return others, before, tuple(fork for fork in forks if fork.racer.optimizer == key)


def _exchanged(racers: tuple[Racer, ...], changed: Racer) -> tuple[Racer, ...]:
    return tuple(changed if racer.optimizer == changed.optimizer else racer for racer in racers)
