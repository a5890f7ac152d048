"""What the benchmark is to do, from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.tpch import LARGEST_SCALE, SMALLEST_SCALE

TASKS = ("F", "T", "C")
GROWTH = "G"  # the engine alone, with ever more rows
CONTENDERS = ("engine", "whole-job", "rivals")  # beside the floor


class InvalidOption(Exception):
    """A variable cannot be what it is."""


@dataclass(frozen=True)
class Options:
    """`directory` keeps the data for the next time."""

    scale: float = 1.0
    rounds: int = 3
    tasks: tuple[str, ...] = (*TASKS, GROWTH)
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

        def number(name: str, default: float) -> float:
            try:
                return float(value(name) or default)
            except ValueError:
                raise InvalidOption(f"DATAVALUT_BENCH_{name} is no number") from None

        scale, rounds = number("SCALE", cls.scale), number("ROUNDS", cls.rounds)
        if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
            raise InvalidOption(f"DATAVALUT_BENCH_SCALE is not from {SMALLEST_SCALE} to {LARGEST_SCALE}")
        if rounds < 1 or rounds != int(rounds):
            raise InvalidOption("DATAVALUT_BENCH_ROUNDS is no whole number from 1")
        return cls(
            scale=scale,
            rounds=int(rounds),
            tasks=several("TASKS", (*TASKS, GROWTH)),
            contenders=several("CONTENDERS", CONTENDERS),
            directory=Path(value("DIRECTORY")).expanduser() if value("DIRECTORY") else None,
        )
