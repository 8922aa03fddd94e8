# The experiment: data → networks → diagrams → distances → matrices → figures, tables, report.
# Run it with `make run`, or `snakemake` for everything and `snakemake DATASET` for one data set.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


configfile: Path(workflow.basedir) / "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/topology.smk"
include: "workflow/rules/analysis.smk"


wildcard_constraints:
    dataset="|".join([*DATASETS, "control"]),
    network="|".join({name for names in NETWORKS.values() for name in names}),
    seed=r"\d+",


# Intermediate files are targets too: one that is lost is made again.
rule all:
    default_target: True
    input:
        "results/report.html",
        [results_of(dataset) for dataset in DATASETS],
        results_of_control(),
        results_of_whole(),
    localrule: True


rule data:
    input:
        expand("results/{dataset}/data.h5", dataset=DATASETS),
    localrule: True


for dataset in DATASETS:

    rule:
        name:
            dataset
        input:
            results_of(dataset),
        localrule: True


# A cluster job runs its rules itself. By default each would start another snakemake, under srun.
if workflow.remote_exec:
    workflow.localrules(*(rule.name for rule in workflow.rules))
