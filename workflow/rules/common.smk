# The validated config, and the names and settings that the rules take from it.
import json
import os
import sys
from threading import Timer

from snakemake.exceptions import WorkflowError
from snakemake.jobs import GroupJob
from snakemake.logging import logger
from snakemake.scheduling.job_scheduler import JobScheduler

from topoprint import InputError
from topoprint.experiment import design
from topoprint.experiment.config import parse_config
from topoprint.experiment.resources import Needs

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

# On a cluster, jobs of a group run one after another: each takes the one `in_turn` that its group has
# (slurm/config.yaml asks for it). Jobs on a machine of one's own do not ask.
workflow.register_resource("in_turn", 1)


resource_scopes:
    in_turn="local",


def tell_why_groups_fail(plain=GroupJob.log_error):
    """Let Snakemake tell what SLURM or sbatch said of a group; by itself it drops that."""

    def log_error(job, msg=None, **details):
        if msg:
            logger.error(f"Error in group {job.groupid}: {msg}")
        plain(job, msg, **details)

    GroupJob.log_error = log_error


tell_why_groups_fail()


def wait_with_one_timer():
    """Let Snakemake's scheduler have one timer: by itself each job that ends starts one more.

    Every timer of Snakemake 9.27 ends in another, for the rest of the run, and each makes the
    scheduler look at all that is ready: after 300 jobs that took a quarter of a core.
    """

    def look_again_after(scheduler, delay):
        if getattr(scheduler, "timer", None):
            return

        def look_again():
            scheduler.timer = None
            scheduler._open_jobs.release()

        scheduler.timer = Timer(delay, look_again)
        scheduler.timer.daemon = True
        scheduler.timer.start()

    JobScheduler._schedule_reevalutation = look_again_after


wait_with_one_timer()

DATASETS = [dataset.name for dataset in CONFIG.datasets]
NETWORKS = {name: list(design.networks(CONFIG, name)) for name in DATASETS}
SEEDS = CONFIG.seeds
CONTROL = design.control(CONFIG)
WITH_CONTROL = [*DATASETS, *(["control"] if CONTROL else [])]
METRICS = CONFIG.distances.metrics
# Where the data lie is no parameter of a rule: another folder is no reason to rerun. `topoprint data`
# takes it from the environment, where a user may have set it already.
DATA_ROOT = Path(os.environ.setdefault("TOPOPRINT_DATA", CONFIG.data.root))
NEEDS = Needs(CONFIG, DATA_ROOT)

NETWORK = "results/{dataset}/networks/{network}/seed{seed}.safetensors"
INITIAL = "results/{dataset}/networks/{network}/seed{seed}.initial.safetensors"
DIAGRAM = "results/{dataset}/diagrams/{network}/seed{seed}.h5"
# The files of one seed that are averaged over the seeds: distances, and baselines where asked for.
DISTANCES = [
    f"results/{{dataset}}/{kind}/seed{{seed}}.h5"
    for kind in ("distances", *(["baselines"] if CONFIG.baselines else []))
]
RANDOM_LABELS = (
    "results/{dataset}/networks/{network}/seed{seed}.random_labels.safetensors"
)
# The networks of one seed as they are looked at: trained, and nulls that are files beside them.
STATES = [
    NETWORK,
    INITIAL,
    *([RANDOM_LABELS] if "random_labels" in CONFIG.nulls.models else []),
]
ACTIVATIONS = "results/{dataset}/activations/seed{seed}.h5"
STUDY = "results/{dataset}/studies/seed{seed}.h5"
ACROSS = "results/{dataset}/studies/across_seeds.h5"
FIGURES = "results/{dataset}/figures/{name}.{kind}"
TABLES = ["accuracy", "group_statistics", "distances", "networks"]
PAPER_TABLES = {
    "comparison": "results/tables/paper_comparison.csv",
    "norms": "results/tables/control_norms.csv",
    "statistics": "results/tables/control_norm_statistics.csv",
}
MEASURES = [*METRICS, *CONFIG.baselines]
HEATMAPS = [f"{measure}_{part}" for measure in MEASURES for part in ("mean", "std")]


def results_of(dataset):
    """All files of one data set that a run makes."""
    cells = {"dataset": dataset, "network": NETWORKS[dataset], "seed": SEEDS}
    return [
        f"results/{dataset}/data.h5",
        feature_files(dataset),
        expand([NETWORK, INITIAL, DIAGRAM], **cells),
        expand(DISTANCES, **cells),
        f"results/{dataset}/matrices.h5",
        expand(
            FIGURES,
            dataset=dataset,
            name=[*HEATMAPS, "accuracy"],
            kind=["svg", "pdf", "png"],
        ),
        expand("results/tables/{dataset}_{table}.csv", dataset=dataset, table=TABLES),
        results_of_verdict(dataset),
    ]


def results_of_verdict(dataset):
    """Files that say what the measures see on a data set, where there is a verdict."""
    if not studies_of([dataset]):
        return []
    return [
        studies_of([dataset]),
        expand(ACTIVATIONS, dataset=dataset, seed=SEEDS),
        expand(
            "results/tables/{dataset}_{table}.csv",
            dataset=dataset,
            table=["nulls", "explained", "truths"],
        ),
        expand(FIGURES, dataset=dataset, name="verdict", kind=["svg", "pdf", "png"]),
    ]


def studies_of(datasets):
    """Studies of null models of some data sets, of those with networks enough for a verdict."""
    if not CONFIG.nulls.models:
        return []
    judged = [dataset for dataset in datasets if len(NETWORKS[dataset]) >= 3]
    return [
        expand(STUDY, dataset=judged, seed=SEEDS),
        [across_seeds(dataset) for dataset in judged],
    ]


def across_seeds(dataset):
    """Study of the networks of all seeds of a data set, where there are several."""
    return expand(ACROSS, dataset=dataset) if len(SEEDS) > 1 else []


def studies_of_control():
    """Studies of the control across data sets, if it has networks enough for a verdict."""
    asked = CONFIG.nulls.models and sum(map(len, CONTROL.values())) >= 3
    return expand(STUDY, dataset="control", seed=SEEDS) if asked else []


def results_of_control():
    """All files of the control across data sets, if there is one."""
    if not CONTROL:
        return []
    return [
        expand(DISTANCES, dataset="control", seed=SEEDS),
        "results/control/matrices.h5",
        expand(FIGURES, dataset="control", name=HEATMAPS, kind=["svg", "pdf", "png"]),
        expand("results/tables/control_{table}.csv", table=TABLES[1:]),
        studies_of_control(),
        ["results/tables/control_truths.csv"] if studies_of_control() else [],
    ]


def results_of_whole():
    """Files that several data sets share: panels side by side, and the paper's numbers."""
    panels = [
        expand(
            "results/figures/{name}.{kind}", name=HEATMAPS, kind=["svg", "pdf", "png"]
        )
    ]
    tables = list(PAPER_TABLES.values()) if CONFIG.control else []
    seen = [
        "results/tables/what_it_sees.csv",
        expand("results/figures/what_it_sees.{kind}", kind=["svg", "pdf", "png"]),
    ]
    return [
        tables,
        panels if len(DATASETS) > 1 else [],
        seen if studies_of(DATASETS) else [],
    ]


def of_networks(pattern, **wildcards):
    """Files of all networks of a data set, in the order of the config."""
    return lambda known: expand(
        pattern,
        dataset=known.dataset,
        network=NETWORKS[known.dataset],
        seed=wildcards.get("seed", getattr(known, "seed", None)),
    )


def of_control(pattern):
    """Files of the networks of the control, of all data sets, for one seed."""
    return [
        expand(pattern, dataset=dataset, network=networks, allow_missing=True)
        for dataset, networks in CONTROL.items()
    ]


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
    homology = CONFIG.homology
    return (
        f"{graph_options()} --engine {homology.engine} "
        f"--max-dimension {homology.max_dimension}"
    )


def baseline_options():
    """The slice of the config that the baselines depend on, as options."""
    names = " ".join(f"--baseline {name}" for name in CONFIG.baselines)
    return f"{names} {graph_options()}"


def study_options():
    """The slice of the config that distances by all measures depend on, as options."""
    how = CONFIG.distances
    return (
        f"--grid {how.grid} --bins {how.bins} --min-persistence {how.min_persistence} "
        f"--infinity {how.infinity} {graph_options()}"
    )


def null_options():
    """The slice of the config that says which null models are made, as options."""
    nulls = CONFIG.nulls
    models = " ".join(f"--null {model}" for model in nulls.models)
    return f"{models} --repetitions {nulls.repetitions}"


def graph_options():
    """The slice of the config that turns a network into a graph, as options."""
    graph = CONFIG.graph
    return f"--zeta {graph.zeta} {'--bias' if graph.bias else '--no-bias'}"


def distance_options():
    """The slice of the config that distances depend on, as options."""
    metrics = " ".join(f"--metric {metric}" for metric in METRICS)
    others = CONFIG.distances.model_dump(exclude={"metrics"})
    return metrics + "".join(
        f" --{name.replace('_', '-')} {value}" for name, value in others.items()
    )


def memory(need):
    """Megabytes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).mem_mb(attempt)


def minutes(need):
    """Minutes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).runtime(attempt)


def need_of_features(wildcards):
    return NEEDS.features(wildcards.dataset)


def need_of_train(wildcards):
    return NEEDS.train(wildcards.dataset, wildcards.network)


def need_of_diagram(wildcards):
    return NEEDS.diagram(wildcards.dataset, wildcards.network)


def need_of_distances(wildcards):
    return NEEDS.distances({wildcards.dataset: NETWORKS[wildcards.dataset]})


def need_of_baselines(wildcards):
    return NEEDS.baselines({wildcards.dataset: NETWORKS[wildcards.dataset]})


def need_of_study(wildcards):
    return NEEDS.study({wildcards.dataset: NETWORKS[wildcards.dataset]})


def need_of_activations(wildcards):
    return NEEDS.activations(wildcards.dataset)


def need_of_across_seeds(wildcards):
    return NEEDS.across_seeds(wildcards.dataset)


def need_of_control_study(wildcards):
    return NEEDS.study(CONTROL, nulls=False)


def need_of_control_distances(wildcards):
    return NEEDS.distances(CONTROL)


def need_of_control_baselines(wildcards):
    return NEEDS.baselines(CONTROL)
