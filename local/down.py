"""`make down`: stops what `make up` started, and nothing else. The data stay; `--delete` removes them too."""

import shutil
import sys
from collections.abc import Set

from local.databases import Databases
from local.emulator import Emulator
from local.errors import LocalStackError
from local.processes import BackgroundProcess
from local.settings import LocalSettings


def running_parts(settings: LocalSettings) -> dict[str, bool]:
    """Which parts run, in the order in which they are stopped."""
    if not settings.directory.exists():
        return {}
    return {
        "gateway": BackgroundProcess("gateway", settings.directory).is_running(),
        "emulator": Emulator(settings).process.is_running(),
        "postgres": Databases(settings).is_running(),
    }


def stop(settings: LocalSettings, *, keep: Set[str] = frozenset()) -> list[str]:
    """Stops every part that is not in `keep`. Returns those that ran."""
    stopped = []
    for name, running in running_parts(settings).items():
        if not running or name in keep:
            continue
        match name:
            case "gateway":
                BackgroundProcess("gateway", settings.directory).stop()
            case "emulator":
                Emulator(settings).process.stop()
            case "postgres":
                Databases(settings).stop()
        stopped.append(name)
    return stopped


def main() -> int:
    try:
        settings = LocalSettings.from_environment()
    except LocalStackError as error:
        print(f"make down: {error.reason}", file=sys.stderr)
        return 1
    stopped = stop(settings)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    if "--delete" in sys.argv[1:] and settings.directory.exists():
        shutil.rmtree(settings.postgres_directory, ignore_errors=True)
        shutil.rmtree(settings.directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
