"""`faults`: the table in which each test here records what it did and what that left behind. It is printed when the
tests end."""

import pytest

from tests.faults.fault_table import FaultTable

_TABLE = pytest.StashKey[FaultTable]()


@pytest.fixture(scope="session")
def faults(pytestconfig: pytest.Config) -> FaultTable:
    return pytestconfig.stash.setdefault(_TABLE, FaultTable())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(_TABLE, FaultTable()).lines()
    if lines:
        terminalreporter.section("faults tried")
        for line in lines:
            terminalreporter.write_line(line)
