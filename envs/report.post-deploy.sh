#!/usr/bin/env bash
# Snakemake runs this once the environment exists; the Snakefile says where its sources lie.
set -euo pipefail
python -m pip install --no-deps "${TOPOPRINT_SOURCE:-topoprint==0.1.0}"
