"""One run of the engine, as a process: reads what to do from its input, writes what it took to its output.

The time is that of the engine without the start of Python, which a worker in AWS has behind it when it is warm.
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import EngineFigures, TableFigures
from datavalut.connections import ConnectionParameters
from datavalut.engine.in_process import build_filtered_database
from datavalut.filters.model import FilterPlan


def _peak_memory() -> int:
    """Of this process, in bytes. Linux counts in `ru_maxrss` what its parent held when it was made, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (line,) = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def main() -> int:
    request = json.load(sys.stdin)
    source = ConnectionParameters.from_json_object(request["source"])
    admin = ConnectionParameters.from_json_object(request["admin"])
    plan = FilterPlan.model_validate(request["plan"])
    began = time.perf_counter()
    built = build_filtered_database(
        source, admin, plan, reference_time=datetime.now(UTC), database_name=request["database_name"]
    )
    seconds = time.perf_counter() - began
    tables = tuple(
        TableFigures(str(table.table), table.rows, table.bytes, table.seconds, table.chunks) for table in built.tables
    )
    figures = EngineFigures(_peak_memory(), tables, dict(built.phases))
    json.dump({"seconds": seconds, "figures": figures.to_json_object()}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
