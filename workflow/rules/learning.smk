# Distances along the trainings → when measures settle, and what they tell.


rule learning:
    input:
        distances=lambda wildcards: PLAN.followed(wildcards.dataset),
        scores=lambda wildcards: PLAN.along.scores(wildcards.dataset),
        networks=lambda wildcards: PLAN.along.drawn(wildcards.dataset),
    output:
        found=along.LEARNING,
        tables=expand(
            TABLE,
            table=[f"learning_{table}" for table in along.TABLES],
            allow_missing=True,
        ),
        figures=report(
            expand(FIGURES, name=along.FIGURES, kind="svg", allow_missing=True),
            caption="../report/learning.rst",
            category="{dataset}",
        ),
        others=expand(
            FIGURES, name=along.FIGURES, kind=["pdf", "png"], allow_missing=True
        ),
    log:
        "results/logs/learning/{dataset}.log",
    benchmark:
        "results/benchmarks/learning/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        spec=PLAN.told.diagram(),
        tables=lambda wildcards, output: Path(output.tables[0]).parent,
        figures=lambda wildcards, output: Path(output.others[0]).parent,
    shell:
        "topoprint learning {input.distances} {input.scores} {input.networks} "
        "--spec {params.spec:q} --tables {params.tables} --figures {params.figures} "
        "--output {output.found} > {log} 2>&1"
