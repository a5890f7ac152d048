"""How much is tried: what takes long is behind `make test-all`."""

import os

ALL_FAULTS = bool(os.environ.get("DATAVALUT_ALL_FAULTS"))
