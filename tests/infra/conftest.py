"""Makes the infrastructure's package importable wherever pytest is started."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "pulumi", ROOT / "tests/infra"):
    sys.path.insert(0, str(folder))

# host/ needs hosts to look at: molecule's scenario and the host suite name them.
collect_ignore = ["host"] if not any(arg.startswith("--hosts") for arg in sys.argv) else []
