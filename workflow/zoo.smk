# Thousands of networks that were trained elsewhere, compared with one another; nothing is trained.
#   snakemake -s workflow/zoo.smk --config files='zoo/**/*.safetensors'
# The networks are scattered over jobs, and their distances gathered: results/zoo/distances.h5.
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version, update_config

from topoprint import InputError

sys.path.insert(0, str(Path(workflow.basedir).parent))

from topoprint.workflow.given import typed
from topoprint.workflow.needs import memory, minutes
from topoprint.workflow.zoo import Zoo

from slurm import guard

min_version("9.0")

os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]),
    TOPOPRINT_SOURCE=str(Path(workflow.basedir).parent.resolve()),
)

try:
    update_config(config, typed(workflow.config_settings.config))
    ZOO = Zoo(config)
except InputError as error:
    raise WorkflowError(str(error))

# Jobs of a cluster ask for it by default (slurm/config.yaml).
workflow.register_resource("in_turn", 1)


resource_scopes:
    in_turn="local",


DIAGRAMS = "results/zoo/diagrams/{scatteritem}.h5"
POINTS = "results/zoo/points/{scatteritem}.h5"
BLOCKS = "results/zoo/blocks/{scatteritem}.h5"


scattergather:
    zoo=len(ZOO.parts),


rule all:
    default_target: True
    input:
        "results/zoo/distances.h5",
    localrule: True


rule diagrams:
    input:
        ZOO.files,
    output:
        diagrams=DIAGRAMS,
    log:
        "results/logs/zoo/diagrams/{scatteritem}.log",
    benchmark:
        "results/benchmarks/zoo/diagrams/{scatteritem}.tsv"
    conda:
        "../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(ZOO.need_of_part),
        runtime=minutes(ZOO.need_of_part),
    params:
        spec=ZOO.spec.model_dump_json(),
        skip=ZOO.options,
    shell:
        "topoprint zoo diagrams {input:q} --spec {params.spec:q} {params.skip} "
        "--output {output.diagrams} > {log} 2>&1"


# The grid is that of the whole zoo.
rule points:
    input:
        gather.zoo(DIAGRAMS),
    output:
        points=POINTS,
    log:
        "results/logs/zoo/points/{scatteritem}.log",
    benchmark:
        "results/benchmarks/zoo/points/{scatteritem}.tsv"
    conda:
        "../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(ZOO.need_of_part),
        runtime=minutes(ZOO.need_of_part),
    params:
        spec=ZOO.spec.model_dump_json(),
        number=ZOO.number,
    shell:
        "topoprint zoo points {input} --number {params.number} --spec {params.spec:q} "
        "--output {output.points} > {log} 2>&1"


rule blocks:
    input:
        gather.zoo(DIAGRAMS),
        gather.zoo(POINTS),
    output:
        blocks=temp(BLOCKS),
    log:
        "results/logs/zoo/blocks/{scatteritem}.log",
    benchmark:
        "results/benchmarks/zoo/blocks/{scatteritem}.tsv"
    conda:
        "../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(ZOO.need_of_blocks),
        runtime=minutes(ZOO.need_of_blocks),
    params:
        spec=ZOO.spec.model_dump_json(),
        number=ZOO.number,
    shell:
        "topoprint zoo blocks {input} --number {params.number} --spec {params.spec:q} "
        "--output {output.blocks} > {log} 2>&1"


rule distances:
    input:
        parts=[*gather.zoo(DIAGRAMS), *gather.zoo(BLOCKS)],
        groups=ZOO.groups,
    output:
        distances="results/zoo/distances.h5",
    log:
        "results/logs/zoo/distances.log",
    benchmark:
        "results/benchmarks/zoo/distances.tsv"
    conda:
        "../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: ZOO.need_of_gather()),
        runtime=minutes(lambda job: ZOO.need_of_gather()),
    params:
        spec=ZOO.spec.model_dump_json(),
        skip=ZOO.options,
        groups=lambda job, input: f"--groups {input.groups}" if ZOO.groups else "",
    shell:
        "topoprint zoo gather {input.parts} --spec {params.spec:q} {params.skip} {params.groups} "
        "--output {output.distances} > {log} 2>&1"


onstart:
    guard.start(workflow)


# A cluster job runs its rules itself. By default each would start another snakemake, under srun.
if workflow.remote_exec:
    workflow.localrules(*(rule.name for rule in workflow.rules))
