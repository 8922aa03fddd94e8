# Networks → diagrams → distances of every collection → matrices averaged over the seeds.


# All networks of a seed in one job: a diagram takes less time than the start of Python. Data sets
# whose networks have other names have a rule of their own, as the outputs of a rule are fixed.
for number, (networks, datasets) in enumerate(PLAN.jobs.alike.items(), 1):

    rule:
        name:
            "diagram" if number == 1 else f"diagram_N{number}"
        input:
            networks=expand(NETWORK, network=networks, allow_missing=True),
        output:
            diagrams=expand(DIAGRAM, network=networks, allow_missing=True),
        log:
            "results/logs/diagram/{dataset}/seed{seed}.log",
        benchmark:
            "results/benchmarks/diagram/{dataset}/seed{seed}.tsv"
        wildcard_constraints:
            dataset=one_of(datasets),
        # Before all distances: those of all seeds wait for them, and take the longest.
        priority: 1
        conda:
            "../../envs/topology.yaml"
        threads: 1
        resources:
            mem_mb=memory(lambda job: PLAN.needs.of_diagrams(job.dataset)),
            runtime=minutes(lambda job: PLAN.needs.of_diagrams(job.dataset)),
        params:
            spec=PLAN.told.diagram(),
            output=lambda wildcards: DIAGRAM,
        shell:
            "topoprint diagram {input.networks} --spec {params.spec:q} "
            "--output {params.output:q} > {log} 2>&1"


# The distances of a collection: of the networks of a seed, of all seeds, or of the null models of a
# seed; of a data set, or of the control across them. The stage brings the copy up to date: it
# computes what was asked for otherwise, or of other files, and keeps the rest. (An output that is
# marked as update() would be put back where a job fails, and be taken for a new one.)
rule distances:
    input:
        lambda job: PLAN.compared(job.dataset, job.collection),
    output:
        distances=DISTANCES,
    log:
        "results/logs/distances/{dataset}/{collection}.log",
    benchmark:
        "results/benchmarks/distances/{dataset}/{collection}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.needs.of_distances(job.dataset, job.collection)),
        runtime=minutes(
            lambda job: PLAN.needs.of_distances(job.dataset, job.collection)
        ),
    params:
        spec=lambda job: PLAN.told.distances(job.dataset, job.collection),
        kept=KEPT,
    shell:
        "topoprint distances {input} --spec {params.spec:q} --kept {params.kept} "
        "--output {output.distances} > {log} 2>&1"


rule average:
    input:
        distances=lambda job: PLAN.averaged(job.dataset),
    output:
        matrices=MATRICES,
    log:
        "results/logs/average/{dataset}.log",
    benchmark:
        "results/benchmarks/average/{dataset}.tsv"
    # The figures wait for it, and take longer than the evaluation that does not.
    priority: 1
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        spec=PLAN.told.average(),
    shell:
        "topoprint average {input.distances} --spec {params.spec:q} "
        "--output {output.matrices} > {log} 2>&1"
