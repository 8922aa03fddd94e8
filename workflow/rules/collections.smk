# Networks that were trained elsewhere → networks of the project, their diagrams, and what they answer.
# A job reads a network: one file more, or another one, is read alone.


rule collect:
    input:
        lambda job: PLAN.source(job).files,
    output:
        network=NETWORK,
    log:
        "results/logs/collect/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/collect/{dataset}/{network}/seed{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.elsewhere),
    # Before all distances, as those of data sets.
    priority: 1
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.needs.of_collecting(PLAN.source(job))),
        runtime=minutes(lambda job: PLAN.needs.of_collecting(PLAN.source(job))),
    params:
        # The file, and what is chosen of its dictionaries.
        given=lambda job: PLAN.source(job).path,
        spec=lambda job: PLAN.told.collect(PLAN.source(job)),
    shell:
        "topoprint collect {params.given:q} --spec {params.spec:q} --output {output.network:q} "
        "> {log} 2>&1"


rule diagram_of_each:
    input:
        network=NETWORK,
    output:
        diagram=DIAGRAM,
    log:
        "results/logs/diagram/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/diagram/{dataset}/{network}/seed{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.elsewhere),
    priority: 1
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.needs.of_diagram(PLAN.source(job))),
        runtime=minutes(lambda job: PLAN.needs.of_diagram(PLAN.source(job))),
    params:
        spec=PLAN.told.diagram(),
    shell:
        "topoprint diagram {input.network:q} --spec {params.spec:q} --output {output.diagram:q} "
        "> {log} 2>&1"


# What the networks of one seed answer to inputs that are given with the collection.
rule respond_to_probes:
    input:
        probes=lambda job: PLAN.probes(job.dataset),
        networks=lambda job: PLAN.files(NETWORK, job.dataset, [job.seed]),
    output:
        responses=RESPONSES,
    log:
        "results/logs/respond/{dataset}/seed{seed}.log",
    benchmark:
        "results/benchmarks/respond/{dataset}/seed{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.members.probes),
    priority: 1
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.needs.of_probing(job.dataset)),
        runtime=minutes(lambda job: PLAN.needs.of_probing(job.dataset)),
    params:
        # The file, and what is chosen of its arrays.
        given=lambda job: PLAN.members.probes[job.dataset],
        own=PLAN.told.own_option(),
    shell:
        "topoprint respond {params.given:q} {input.networks} {params.own} "
        "--output {output.responses} > {log} 2>&1"
