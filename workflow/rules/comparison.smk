# Networks → diagrams → distances of every collection → matrices averaged over the seeds.


rule diagram:
    input:
        network=NETWORK,
    output:
        diagram=DIAGRAM,
    log:
        "results/logs/diagram/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/diagram/{dataset}/{network}/seed{seed}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.needs.diagram(job.dataset, job.network)),
        runtime=minutes(lambda job: PLAN.needs.diagram(job.dataset, job.network)),
    params:
        spec=PLAN.diagram_spec(),
    shell:
        "topoprint diagram {input.network} --spec {params.spec:q} --output {output.diagram} "
        "> {log} 2>&1"


# The distances of a collection: of the networks of a seed, of all seeds, or of the null models of a
# seed; of a data set, or of the control across them. The stage brings the file up to date: it
# computes what was asked for otherwise, or of other files, and keeps the rest.
rule distances:
    input:
        lambda job: PLAN.compared(job.dataset, job.collection),
    output:
        distances=update(DISTANCES),
    log:
        "results/logs/distances/{dataset}/{collection}.log",
    benchmark:
        "results/benchmarks/distances/{dataset}/{collection}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.need_of_distances(job.dataset, job.collection)),
        runtime=minutes(lambda job: PLAN.need_of_distances(job.dataset, job.collection)),
    params:
        spec=lambda job: PLAN.distances_spec(job.dataset, job.collection),
    shell:
        "topoprint distances {input} --spec {params.spec:q} --output {output.distances} "
        "> {log} 2>&1"


rule average:
    input:
        distances=expand(DISTANCES, collection=PLAN.single_seeds, allow_missing=True),
    output:
        matrices=MATRICES,
    log:
        "results/logs/average/{dataset}.log",
    benchmark:
        "results/benchmarks/average/{dataset}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        spec=PLAN.average_spec(),
    shell:
        "topoprint average {input.distances} --spec {params.spec:q} "
        "--output {output.matrices} > {log} 2>&1"
