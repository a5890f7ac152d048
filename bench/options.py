"""What the benchmark is to do, from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TASKS = ("F", "T", "C")
CONTENDERS = ("engine", "whole-job", "rivals")  # beside the floor


class InvalidOption(Exception):
    """A variable cannot be what it is."""


@dataclass(frozen=True)
class Options:
    """`directory` keeps the data for the next time."""

    scale: float = 1.0
    rounds: int = 3
    tasks: tuple[str, ...] = TASKS
    contenders: tuple[str, ...] = CONTENDERS
    directory: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Options":
        """DATAVALUT_BENCH_SCALE, _ROUNDS, _TASKS, _CONTENDERS, _DIRECTORY. Raises InvalidOption that names the
        variable."""

        def value(name: str) -> str:
            return environment.get(f"DATAVALUT_BENCH_{name}", "").strip()

        def several(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
            chosen = tuple(part.strip() for part in value(name).split(",") if part.strip())
            for part in chosen:
                if part not in known:
                    raise InvalidOption(f"DATAVALUT_BENCH_{name}: {part} is none of {', '.join(known)}")
            return chosen or known

        try:
            scale = float(value("SCALE") or cls.scale)
            rounds = int(value("ROUNDS") or cls.rounds)
        except ValueError as error:
            raise InvalidOption(f"DATAVALUT_BENCH_SCALE or DATAVALUT_BENCH_ROUNDS is no number: {error}") from error
        if rounds < 1:
            raise InvalidOption("DATAVALUT_BENCH_ROUNDS is less than 1")
        return cls(
            scale=scale,
            rounds=rounds,
            tasks=several("TASKS", TASKS),
            contenders=several("CONTENDERS", CONTENDERS),
            directory=Path(value("DIRECTORY")).expanduser() if value("DIRECTORY") else None,
        )
