"""Threads that run one step at a time, in an order that a test chooses: each call of a gated object is a step."""

from collections.abc import Callable
from enum import Enum
from threading import Semaphore, Thread, local
from typing import Any


class ServiceFailed(Exception):
    """A call of a service failed, though what it asked for may have been done."""


class Died(BaseException):
    """The actor's process is gone: nothing of it runs any more."""


class Fault(Enum):
    BEFORE = "the call fails and does nothing"
    AFTER = "the call does what it should, and fails then"


_present = local()


class Actor:
    """Begins `work` with its first step. `outcome` or `error` is what it returned or raised."""

    def __init__(self, name: str, work: Callable[[], Any]) -> None:
        self.name = name
        self.outcome: Any = None
        self.error: Exception | None = None
        self.is_done = False
        self.next_call_fails: Fault | None = None
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
            self.wait_at_gate()
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
            if actor is None:
                return method(*positional, **named)
            actor.wait_at_gate()
            fault, actor.next_call_fails = actor.next_call_fails, None
            if fault is Fault.BEFORE:
                raise ServiceFailed
            outcome = method(*positional, **named)
            if fault is Fault.AFTER:
                raise ServiceFailed
            return outcome

        return call
