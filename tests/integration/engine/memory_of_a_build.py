"""Builds a whole database in a process of its own, and prints the most memory that it took, in bytes.

python memory_of_a_build.py, with the source's and the admin's URLs on standard input.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from datavalut.connections import parse_connection_string
from datavalut.engine.in_process import build_filtered_database
from datavalut.filters.model import FilterPlan

source, admin = (parse_connection_string(line.strip()) for line in sys.stdin)
build_filtered_database(
    source, admin, FilterPlan(), reference_time=datetime.now(UTC), database_name=f"{source.database}_built", workers=1
)
# Unlike getrusage, this is of the program alone, not of the process that it was forked from.
(peak,) = [line for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if "VmHWM" in line]
sys.stdout.write(str(int(peak.split()[1]) * 1024))
