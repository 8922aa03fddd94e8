# The experiment: data → networks → diagrams → distances → matrices → figures, tables, report.
# Run it with `make run`, or `snakemake` for everything and `snakemake DATASET` for one data set.
from pathlib import Path

from snakemake.utils import min_version

from slurm import guard

min_version("9.0")


configfile: Path(workflow.basedir) / "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/comparison.smk"
include: "workflow/rules/learning.smk"
include: "workflow/rules/reporting.smk"


wildcard_constraints:
    dataset="|".join([*PLAN.datasets, CONTROL]),
    network="|".join({name for names in PLAN.networks.values() for name in names}),
    collection="|".join(PLAN.collections),
    seed=r"\d+",


# Intermediate files are targets too: one that is lost is made again.
rule all:
    default_target: True
    input:
        "results/report.html",
        [PLAN.results(dataset) for dataset in PLAN.datasets],
        PLAN.analysis(CONTROL) if PLAN.control else [],
        PLAN.whole(),
    localrule: True


rule data:
    input:
        expand("results/{dataset}/data.h5", dataset=PLAN.datasets),
    localrule: True


for dataset in PLAN.datasets:

    rule:
        name:
            dataset
        input:
            PLAN.results(dataset),
        localrule: True


onstart:
    if workflow.non_local_exec:
        tell_why_groups_fail()
    guard.start(workflow)


# A cluster job runs its rules itself. By default each would start another snakemake, under srun.
if workflow.remote_exec:
    workflow.localrules(*(rule.name for rule in workflow.rules))
