"""What a descent keeps on its way."""

from __future__ import annotations

import numpy as np

from core.optimizers.base import Memory
from core.optimizers.objective import Evaluation, all_finite
from core.primitives import FloatArray
from core.program_descent import DescentSteps


class Record:
    """Points, losses, gradients and memory of a descent: from the start, and after each step.

    Steps that are taken one by one wait in a list; a compiled loop hands over whole blocks of them.

    Attributes
    ----------
    first, last
        The start, and where the descent has got to.
    memory
        What the optimiser remembers there.
    """

    def __init__(self, first: Evaluation, memory: Memory) -> None:
        self.first = first
        self._blocks: list[DescentSteps] = []
        self._waiting = [(first, memory)]
        self._length = 1

    @classmethod
    def of(cls, kept: DescentSteps) -> Record:
        """Go on from what was kept of a descent: the start, and what is there after each step."""
        record = cls(Evaluation(kept.points[0], float(kept.losses[0]), kept.gradients[0]), {})
        record._blocks, record._waiting, record._length = [kept], [], len(kept.points)
        return record

    @property
    def steps(self) -> int:
        """Number of steps that were taken."""
        return self._length - 1

    @property
    def last(self) -> Evaluation:
        """Where the descent has got to."""
        if self._waiting:
            return self._waiting[-1][0]
        block = self._blocks[-1]
        return Evaluation(block.points[-1], float(block.losses[-1]), block.gradients[-1])

    @property
    def memory(self) -> Memory:
        """What the optimiser remembers after the last step."""
        if self._waiting:
            return self._waiting[-1][1]
        return {name: kept[-1] for name, kept in self._blocks[-1].memories.items()}

    @property
    def state(self) -> tuple[FloatArray, FloatArray, Memory, int]:
        """Point, gradient, memory, and the number of the next step: all that the steps to come depend on."""
        here = self.last
        return here.point, here.gradient, self.memory, self._length

    @property
    def fingerprint(self) -> bytes:
        """Point, gradient and memory after the last step, to the last bit."""
        here = self.last
        parts = (here.point, here.gradient, *map(np.asarray, self.memory.values()))
        return b"".join([part.tobytes() for part in parts])

    @property
    def has_finite_memory(self) -> bool:
        """Whether all that the optimiser remembers is finite."""
        return all(map(all_finite, map(np.asarray, self.memory.values())))

    def append(self, there: Evaluation, memory: Memory) -> None:
        """Keep one step."""
        self._waiting.append((there, memory))
        self._length += 1

    def extend(self, steps: DescentSteps) -> None:
        """Keep a block of steps."""
        if len(steps.points):
            self._stack()
            self._blocks.append(steps)
            self._length += len(steps.points)

    def repeat(self, period: int, steps: int) -> None:
        """Keep so many steps more that are the last ones, as many as the period, again and again."""
        kept = self.stacked()
        again = self._length - period + np.arange(steps) % period
        memories = {name: memory[again] for name, memory in kept.memories.items()}
        self.extend(DescentSteps(kept.points[again], kept.losses[again], kept.gradients[again], memories))

    def drop_last(self) -> None:
        """Forget the last step."""
        self._length -= 1
        if self._waiting:
            self._waiting.pop()
            return
        block = self._blocks.pop()
        if len(block.points) > 1:
            shorter = {name: kept[:-1] for name, kept in block.memories.items()}
            self._blocks.append(
                DescentSteps(block.points[:-1], block.losses[:-1], block.gradients[:-1], shorter)
            )

    def stacked(self) -> DescentSteps:
        """All that was kept, in one block."""
        self._stack()
        if len(self._blocks) > 1:
            points, losses, gradients, memories = zip(*self._blocks, strict=True)
            kept = {name: np.concatenate([memory[name] for memory in memories]) for name in memories[0]}
            joined = np.concatenate(points), np.concatenate(losses), np.concatenate(gradients)
            self._blocks = [DescentSteps(*joined, kept)]
        return self._blocks[0]

    def _stack(self) -> None:
        """Make a block of the steps that wait."""
        if not self._waiting:
            return
        evaluations, memories = zip(*self._waiting, strict=True)
        points, losses, gradients = (np.array(column) for column in zip(*evaluations, strict=True))
        kept = {name: np.array([memory[name] for memory in memories]) for name in memories[0]}
        self._blocks.append(DescentSteps(points, losses, gradients, kept))
        self._waiting = []
