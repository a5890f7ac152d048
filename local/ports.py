"""Whether a port is free, and who holds it."""

import socket
from contextlib import suppress
from pathlib import Path

from local.errors import LocalStackError
from local.settings import HOST

_LISTENING = "0A"  # in /proc/net/tcp


def require_free(port: int, what: str, variable: str) -> None:
    """Raises LocalStackError, naming the process if it can be seen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            reason = f"port {port} ({what}) needs rights you do not have: choose another by {variable}"
            raise LocalStackError(reason) from error
        except OSError as error:
            holder = _holder(port)
            by = f" by {holder}" if holder else ""
            reason = f"port {port} ({what}) is in use{by}: free it, or choose another by {variable}"
            raise LocalStackError(reason) from error


def _holder(port: int) -> str | None:
    """Name and id of the process that listens on the port, where the system shows it."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{fields[9]}]")
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(descriptor.readlink()) in sockets for descriptor in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (process {process.name})"
    return None
