"""Where the local stack listens and keeps its files."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalStackError

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


@dataclass(frozen=True)
class LocalSettings:
    """`directory` holds everything that the stack writes. `enforce_iam` lets the emulator check every policy, as AWS
    does."""

    api_port: int = 8002
    postgres_port: int = 25432
    aws_port: int = 4566
    directory: Path = PROJECT / ".local"
    enforce_iam: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "LocalSettings":
        """DATAVALUT_API_PORT, DATAVALUT_POSTGRES_PORT, DATAVALUT_AWS_PORT, DATAVALUT_DIRECTORY,
        DATAVALUT_ENFORCE_IAM. Raises LocalStackError that names the variable."""

        def port(variable: str, default: int) -> int:
            text = environment.get(variable) or str(default)
            if not text.isdigit() or not 1 <= int(text) <= 65535:
                raise LocalStackError(f"{variable}={text} is not a port")
            return int(text)

        directory = environment.get("DATAVALUT_DIRECTORY")
        settings = cls(
            api_port=port("DATAVALUT_API_PORT", cls.api_port),
            postgres_port=port("DATAVALUT_POSTGRES_PORT", cls.postgres_port),
            aws_port=port("DATAVALUT_AWS_PORT", cls.aws_port),
            directory=Path(directory).expanduser().absolute() if directory else cls.directory,
            enforce_iam=environment.get("DATAVALUT_ENFORCE_IAM", "").lower() in ("1", "true", "yes"),
        )
        if len({settings.api_port, settings.postgres_port, settings.aws_port}) < 3:
            raise LocalStackError("DATAVALUT_API_PORT, DATAVALUT_POSTGRES_PORT and DATAVALUT_AWS_PORT must differ")
        return settings

    @property
    def api_url(self) -> str:
        return f"http://localhost:{self.api_port}/datavalut"

    @property
    def aws_url(self) -> str:
        return f"http://{HOST}:{self.aws_port}"

    @property
    def emulator_directory(self) -> Path:
        return self.directory / "emulator"

    @property
    def postgres_directory(self) -> Path:
        """As root, PostgreSQL runs as an account without rights, which a private folder above `directory` shuts out:
        then it lives below /var/tmp, in a folder of a name of its own."""
        directory = self.directory / "postgres"
        if os.geteuid() != 0 or all(_is_open_to_all(parent) for parent in self.directory.resolve().parents):
            return directory
        name = hashlib.sha256(str(self.directory.resolve()).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"datavalut-{name}"  # noqa: S108 its owner is checked before use


def _is_open_to_all(folder: Path) -> bool:
    return not folder.exists() or bool(folder.stat().st_mode & 0o001)
