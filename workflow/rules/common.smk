# The validated config, and the names and settings that the rules take from it.
import json
import os
import sys

from snakemake.exceptions import WorkflowError

from topoprint import InputError
from topoprint.experiment import design
from topoprint.experiment.config import parse_config

# The command `topoprint` stands beside the Python that runs snakemake, activated or not.
# Conda environments install topoprint from the sources beside the Snakefile.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]),
    TOPOPRINT_SOURCE=str(Path(workflow.basedir).resolve()),
)

try:
    CONFIG = parse_config(config)
except InputError as error:
    raise WorkflowError(str(error))

DATASETS = [dataset.name for dataset in CONFIG.datasets]
NETWORKS = list(design.networks(CONFIG))
SEEDS = CONFIG.seeds
METRICS = CONFIG.distances.metrics
# Where the data lie is no parameter of a rule: another folder is no reason to rerun. `topoprint data`
# takes it from the environment, where a user may have set it already.
os.environ.setdefault("TOPOPRINT_DATA", CONFIG.data.root)

NETWORK = "results/{dataset}/networks/{network}/seed{seed}.safetensors"
INITIAL = "results/{dataset}/networks/{network}/seed{seed}.initial.safetensors"
DIAGRAM = "results/{dataset}/diagrams/{network}/seed{seed}.h5"
FIGURES = "results/{dataset}/figures/{name}.{kind}"
TABLES = ["accuracy", "group_statistics", "distances"]
HEATMAPS = [f"{metric}_{part}" for metric in METRICS for part in ("mean", "std")]


def results_of(dataset):
    """All files of one data set that a run makes."""
    cells = {"dataset": dataset, "network": NETWORKS, "seed": SEEDS}
    return [
        f"results/{dataset}/data.h5",
        expand([NETWORK, INITIAL, DIAGRAM], **cells),
        expand("results/{dataset}/distances/seed{seed}.h5", **cells),
        f"results/{dataset}/matrices.h5",
        expand(
            FIGURES,
            dataset=dataset,
            name=[*HEATMAPS, "accuracy"],
            kind=["svg", "pdf", "png"],
        ),
        expand("results/tables/{dataset}_{table}.csv", dataset=dataset, table=TABLES),
    ]


def dataset_spec(wildcards):
    """The slice of the config that describes a data set, as JSON."""
    (found,) = [part for part in CONFIG.datasets if part.name == wildcards.dataset]
    return found.model_dump_json()


def network_spec(wildcards):
    """The slice of the config that a network's training depends on, as JSON."""
    return design.spec(CONFIG, wildcards.network).model_dump_json()


def diagram_options():
    """The slice of the config that a diagram depends on, as options."""
    graph, homology = CONFIG.graph, CONFIG.homology
    return (
        f"--zeta {graph.zeta} {'--bias' if graph.bias else '--no-bias'} "
        f"--engine {homology.engine} --max-dimension {homology.max_dimension}"
    )


def distance_options():
    """The slice of the config that distances depend on, as options."""
    metrics = " ".join(f"--metric {metric}" for metric in METRICS)
    others = CONFIG.distances.model_dump(exclude={"metrics"})
    return metrics + "".join(
        f" --{name.replace('_', '-')} {value}" for name, value in others.items()
    )
