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
NETWORKS = {name: list(design.networks(CONFIG, name)) for name in DATASETS}
SEEDS = CONFIG.seeds
CONTROL = design.control(CONFIG)
METRICS = CONFIG.distances.metrics
# Where the data lie is no parameter of a rule: another folder is no reason to rerun. `topoprint data`
# takes it from the environment, where a user may have set it already.
DATA_ROOT = Path(os.environ.setdefault("TOPOPRINT_DATA", CONFIG.data.root))

NETWORK = "results/{dataset}/networks/{network}/seed{seed}.safetensors"
INITIAL = "results/{dataset}/networks/{network}/seed{seed}.initial.safetensors"
DIAGRAM = "results/{dataset}/diagrams/{network}/seed{seed}.h5"
FIGURES = "results/{dataset}/figures/{name}.{kind}"
TABLES = ["accuracy", "group_statistics", "distances"]
HEATMAPS = [f"{metric}_{part}" for metric in METRICS for part in ("mean", "std")]


def results_of(dataset):
    """All files of one data set that a run makes."""
    cells = {"dataset": dataset, "network": NETWORKS[dataset], "seed": SEEDS}
    return [
        f"results/{dataset}/data.h5",
        feature_files(dataset),
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


def results_of_control():
    """All files of the control across data sets, if there is one."""
    if not CONTROL:
        return []
    return [
        expand("results/control/distances/seed{seed}.h5", seed=SEEDS),
        "results/control/matrices.h5",
        expand(FIGURES, dataset="control", name=HEATMAPS, kind=["svg", "pdf", "png"]),
        "results/tables/control_group_statistics.csv",
        "results/tables/control_distances.csv",
    ]


def of_networks(pattern, **wildcards):
    """Files of all networks of a data set, in the order of the config."""
    return lambda known: expand(
        pattern,
        dataset=known.dataset,
        network=NETWORKS[known.dataset],
        seed=wildcards.get("seed", getattr(known, "seed", None)),
    )


def own_file(wildcards):
    """The user's own file of a data set, or none: files of known data sets never change."""
    found = design.dataset_config(CONFIG, wildcards.dataset)
    return [DATA_ROOT / found.path] if found.type == "npz" else []


def dataset_spec(wildcards):
    """The slice of the config that describes a data set, as JSON."""
    found = design.dataset_config(CONFIG, wildcards.dataset)
    return found.model_dump_json(exclude={"training", "experiments", "features"})


def feature_settings(dataset):
    """How a data set's features are made, or None: its networks see the data themselves."""
    return getattr(design.dataset_config(CONFIG, dataset), "features", None)


def feature_files(dataset):
    """Files of a data set's features, if it has any."""
    if not feature_settings(dataset):
        return []
    names = ["features.h5", "networks/features.safetensors"]
    return [f"results/{dataset}/{name}" for name in names]


def feature_spec(wildcards):
    """The slice of the config that a data set's features depend on, as JSON."""
    return feature_settings(wildcards.dataset).model_dump_json()


def training_data(wildcards):
    """What the networks of a data set are trained on."""
    kind = "features" if feature_settings(wildcards.dataset) else "data"
    return f"results/{wildcards.dataset}/{kind}.h5"


def network_spec(wildcards):
    """The slice of the config that a network's training depends on, as JSON."""
    return design.spec(CONFIG, wildcards.dataset, wildcards.network).model_dump_json()


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
