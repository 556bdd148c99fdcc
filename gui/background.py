"""Long computations beside the window: pieces of a result arrive while it goes on; it can be cancelled."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QTimer, Signal

POLL = 30
"""Milliseconds between two looks at what has arrived."""


class _Job:
    """One thread that reads an iterator and queues what it yields; it touches nothing of Qt."""

    def __init__(self, pieces: Callable[[], Iterator[Any]]) -> None:
        self.arrived: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._pieces = pieces
        self._cancelled = threading.Event()
        self.thread = threading.Thread(target=self._run, name="nabla-background")
        self.thread.start()

    def cancel(self) -> None:
        """Stop after the present piece."""
        self._cancelled.set()

    def _run(self) -> None:
        try:
            for piece in self._pieces():
                if self._cancelled.is_set():
                    return
                self.arrived.put(("piece", piece))
                if self._cancelled.is_set():
                    return
        except BaseException as error:
            self.arrived.put(("error", error))
        else:
            self.arrived.put(("end", None))


class Background(QObject):
    """Runs one computation at a time in a thread of its own.

    The computation is an iterator of plain data that uses NumPy alone. What it yields is handed over in the
    thread of the window, so whoever listens needs no locks. While it runs, Python's cycle collector runs in
    the window's thread only: in the other one it could destroy widgets.

    Signals
    -------
    arrived : object
        A piece of the present computation.
    finished
        It is complete; not sent for one that was cancelled.
    """

    arrived = Signal(object)
    finished = Signal()

    _at_work: ClassVar[set[Background]] = set()
    _collected_by_itself: ClassVar[bool] = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: _Job | None = None
        self._ending: list[_Job] = []
        self._timer = QTimer(self, interval=POLL)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether there is more to come."""
        return self._job is not None

    def start(self, pieces: Callable[[], Iterator[Any]]) -> None:
        """Cancel what runs, and begin to read ``pieces()`` in another thread."""
        self.cancel()
        self._hold_collector()
        self._job = _Job(pieces)
        self._timer.start()

    def cancel(self) -> None:
        """Stop at the next piece; nothing of it arrives any more."""
        if self._job is not None:
            self._job.cancel()
            self._ending.append(self._job)
            self._job = None

    def stop(self) -> None:
        """Cancel and wait until no thread is left."""
        self.cancel()
        for job in self._ending:
            job.thread.join()
        self._clear_up()

    def _look(self) -> None:
        """Hand over what has arrived."""
        gc.collect(0)
        job = self._job
        while job is not None and job is self._job:
            try:
                kind, piece = job.arrived.get_nowait()
            except Empty:
                break
            self._take(job, kind, piece)
        self._clear_up()

    def _take(self, job: _Job, kind: str, piece: Any) -> None:
        if kind == "piece":
            self.arrived.emit(piece)
            return
        self._ending.append(job)
        self._job = None
        if kind == "error":
            raise piece
        self.finished.emit()

    def _clear_up(self) -> None:
        self._ending = [job for job in self._ending if job.thread.is_alive()]
        if not self._ending and self._job is None:
            self._timer.stop()
            self._release_collector()

    def _hold_collector(self) -> None:
        if not Background._at_work:
            Background._collected_by_itself = gc.isenabled()
            gc.disable()
        Background._at_work.add(self)

    def _release_collector(self) -> None:
        if self in Background._at_work:
            Background._at_work.discard(self)
            if not Background._at_work and Background._collected_by_itself:
                gc.enable()
