"""The folder of the workflow's own modules, put where the Snakefile puts it."""

import sys

from support import ROOT

sys.path.insert(0, str(ROOT / "workflow"))
