"""The project's folder, a small config, and how tests run the workflow."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Two networks of two experiments, two seeds, trained for two epochs.
SMALL_CONFIG = """\
seeds: [1, 2]
base: {layer_size: 12}
experiments:
  - name: layer_size
    networks: [{layer_size: 8}, {layer_size: 12}]
  - name: input_order
    networks: [{input_order: 1}, {input_order: 2}]
training: {epochs: 2}
"""


def snakemake(
    folder: Path, *arguments: str, small: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run the project's workflow in a folder; its small.yaml is laid over the config."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--workflow-profile", str(ROOT / "profiles/default")]
    configs = [str(path) for path in sorted(folder.glob("*.yaml"))] if small else []
    command += arguments
    command += ["--configfile", *configs] if configs else []
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
