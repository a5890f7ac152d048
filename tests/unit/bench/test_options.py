"""Needs nothing running."""

from pathlib import Path

import pytest

from bench.options import InvalidOption, Options


def test_without_variables_everything_is_measured_at_scale_one() -> None:
    assert Options.from_environment({}) == Options(
        1.0, 3, ("F", "T", "C", "G"), ("engine", "whole-job", "rivals"), None
    )


def test_variables_choose_what_is_measured() -> None:
    environment = {
        "DATAVALUT_BENCH_SCALE": "0.1",
        "DATAVALUT_BENCH_ROUNDS": "5",
        "DATAVALUT_BENCH_TASKS": "T, F",
        "DATAVALUT_BENCH_CONTENDERS": "engine",
        "DATAVALUT_BENCH_DIRECTORY": "/data/bench",
    }
    assert Options.from_environment(environment) == Options(0.1, 5, ("T", "F"), ("engine",), Path("/data/bench"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATAVALUT_BENCH_SCALE", "big"),
        ("DATAVALUT_BENCH_SCALE", "0"),
        ("DATAVALUT_BENCH_SCALE", "nan"),
        ("DATAVALUT_BENCH_ROUNDS", "0"),
        ("DATAVALUT_BENCH_ROUNDS", "1.5"),
        ("DATAVALUT_BENCH_TASKS", "F,X"),
        ("DATAVALUT_BENCH_CONTENDERS", "floor"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_variable(variable: str, value: str) -> None:
    with pytest.raises(InvalidOption, match=variable):
        Options.from_environment({variable: value})
