"""Threads that run one step at a time, in an order that a test chooses: each call of a gated object is a step."""

from collections.abc import Callable
from threading import Semaphore, Thread, local
from typing import Any


class Died(BaseException):
    """The actor's process is gone: nothing of it runs any more."""


_present = local()


class Actor:
    """Runs `work` up to its first gate when it is made. `outcome` or `error` is what it returned or raised."""

    def __init__(self, name: str, work: Callable[[], Any]) -> None:
        self.name = name
        self.outcome: Any = None
        self.error: Exception | None = None
        self.is_done = False
        self._work = work
        self._is_dead = False
        self._go, self._stopped = Semaphore(0), Semaphore(0)
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        self._stopped.acquire()

    def __repr__(self) -> str:
        return self.name

    def step(self) -> None:
        """To the next gate, or to the end."""
        if not self.is_done:
            self._go.release()
            self._stopped.acquire()

    def finish(self) -> None:
        while not self.is_done:
            self.step()

    def die(self) -> None:
        self._is_dead = True
        self.finish()

    def wait_at_gate(self) -> None:
        if not self._is_dead:
            self._stopped.release()
            self._go.acquire()
        if self._is_dead:
            raise Died

    def _run(self) -> None:
        _present.actor = self
        try:
            self.outcome = self._work()
        except Died:
            pass
        except Exception as error:
            self.error = error
        self.is_done = True
        self._stopped.release()


class Gated:
    """An object each call of which waits at a gate first, in an actor's thread."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._behind, name)

        def call(*positional: Any, **named: Any) -> Any:
            actor: Actor | None = getattr(_present, "actor", None)
            if actor is not None:
                actor.wait_at_gate()
            return method(*positional, **named)

        return call
