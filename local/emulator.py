"""MiniStack: the AWS of the local stack, as a background process."""

import json
import os
import shutil
import time
import urllib.request
from dataclasses import dataclass

from local.errors import LocalStackError
from local.ports import require_free
from local.processes import BackgroundProcess
from local.settings import HOST, PROJECT, LocalSettings

ACCOUNT = "000000000000"
REGION = "us-east-1"
ROOT_KEY = "test"  # the emulator's own root key: it protects nothing

_PYTHON = PROJECT / ".venv-ministack" / "bin" / "python"
_STARTUP_SECONDS = 30


@dataclass(frozen=True)
class Emulator:
    settings: LocalSettings

    @property
    def process(self) -> BackgroundProcess:
        return BackgroundProcess("emulator", self.settings.directory)

    def start(self) -> bool:
        """Starts it if it does not run. Whether it did. Raises LocalStackError."""
        if self.process.is_running():
            return False
        if not _PYTHON.exists():
            raise LocalStackError(f"{_PYTHON} is missing: `make up` installs it")
        require_free(self.settings.aws_port, "AWS emulator", "DATAVALUT_AWS_PORT")
        directory = self.settings.emulator_directory
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True, mode=0o700)
        for folder in ("temporary", "unpacked", "objects"):
            (directory / folder).mkdir()
        self.process.start(
            [str(_PYTHON), str(PROJECT / "local" / "ministack_launcher.py")], self._environment(), directory
        )
        return True

    def wait(self) -> None:
        """Until it answers. Raises LocalStackError."""
        deadline = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < deadline:
            self.process.require_running()
            if self._is_ready():
                return
            time.sleep(0.1)
        raise LocalStackError(f"the emulator does not answer on port {self.settings.aws_port}", self.process.log_tail())

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.settings.aws_url}/_ministack/health", timeout=2) as response:  # noqa: S310
                return isinstance(json.load(response), dict)
        except (OSError, ValueError):
            return False

    def _environment(self) -> dict[str, str]:
        """Nothing of ours leaks in: functions see this environment too, as they see the emulator's packages."""
        directory = self.settings.emulator_directory
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "TMPDIR": str(directory / "temporary"),
            "DATAVALUT_UNPACKED": str(directory / "unpacked"),
            "STATE_DIR": str(directory / "state"),
            "S3_DATA_DIR": str(directory / "objects"),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.settings.aws_port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{directory}/no-docker",
            "LAMBDA_EXECUTOR": "local",
            "SFN_WAIT_SCALE": "0.25",  # of the pauses before retries: no failover is waited for here
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AUTH": "true" if self.settings.enforce_iam else "false",
        }
