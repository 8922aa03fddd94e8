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
        mem_mb=memory(need_of_diagram),
        runtime=minutes(need_of_diagram),
    params:
        options=diagram_options(),
    shell:
        "topoprint diagram {input.network} {params.options} --output {output.diagram} "
        "> {log} 2>&1"


rule distances:
    input:
        diagrams=of_networks(DIAGRAM),
    output:
        distances="results/{dataset}/distances/seed{seed}.h5",
    log:
        "results/logs/distances/{dataset}/seed{seed}.log",
    benchmark:
        "results/benchmarks/distances/{dataset}/seed{seed}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_distances),
        runtime=minutes(need_of_distances),
    params:
        options=distance_options(),
    shell:
        "topoprint distances {input.diagrams} {params.options} --output {output.distances} "
        "> {log} 2>&1"


# The control: one experiment of every data set in one matrix. No network is trained for it.
rule control_distances:
    input:
        diagrams=of_control(DIAGRAM),
    output:
        distances="results/control/distances/seed{seed}.h5",
    log:
        "results/logs/distances/control/seed{seed}.log",
    benchmark:
        "results/benchmarks/distances/control/seed{seed}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_control_distances),
        runtime=minutes(need_of_control_distances),
    params:
        options=distance_options(),
    shell:
        "topoprint distances {input.diagrams} {params.options} --across "
        "--output {output.distances} > {log} 2>&1"


# Simpler distances between the networks themselves, to hold the topological ones against.
rule baselines:
    input:
        networks=of_networks(NETWORK),
    output:
        distances="results/{dataset}/baselines/seed{seed}.h5",
    log:
        "results/logs/baselines/{dataset}/seed{seed}.log",
    benchmark:
        "results/benchmarks/baselines/{dataset}/seed{seed}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_baselines),
        runtime=minutes(need_of_baselines),
    params:
        options=baseline_options(),
    shell:
        "topoprint baselines {input.networks} {params.options} --output {output.distances} "
        "> {log} 2>&1"


rule control_baselines:
    input:
        networks=of_control(NETWORK),
    output:
        distances="results/control/baselines/seed{seed}.h5",
    log:
        "results/logs/baselines/control/seed{seed}.log",
    benchmark:
        "results/benchmarks/baselines/control/seed{seed}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_control_baselines),
        runtime=minutes(need_of_control_baselines),
    params:
        options=baseline_options(),
    shell:
        "topoprint baselines {input.networks} {params.options} --across "
        "--output {output.distances} > {log} 2>&1"


# The same networks, and null models of them, by many measures, for the verdict.
rule study:
    input:
        networks=of_networks(NETWORK),
        beside=of_networks(STATES[1:]),
        activations=ACTIVATIONS,
    output:
        study=STUDY,
    log:
        "results/logs/study/{dataset}/seed{seed}.log",
    benchmark:
        "results/benchmarks/study/{dataset}/seed{seed}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_study),
        runtime=minutes(need_of_study),
    params:
        options=study_options(),
        nulls=null_options(),
    shell:
        "topoprint study {input.networks} --activations {input.activations} {params.nulls} "
        "{params.options} --output {output.study} > {log} 2>&1"


# Networks of all seeds in one matrix: are those of one configuration near one another?
rule study_across_seeds:
    input:
        networks=of_networks(NETWORK, seed=SEEDS),
        activations=expand(ACTIVATIONS, seed=SEEDS, allow_missing=True),
    output:
        study=ACROSS,
    log:
        "results/logs/study/{dataset}/across_seeds.log",
    benchmark:
        "results/benchmarks/study_across_seeds/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    priority: 1
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_across_seeds),
        runtime=minutes(need_of_across_seeds),
    params:
        activations=lambda wildcards, input: [
            f"--activations {path}" for path in input.activations
        ],
        options=study_options(),
    shell:
        "topoprint study {input.networks} {params.activations} --across-seeds {params.options} "
        "--output {output.study} > {log} 2>&1"


# The control by all measures that need no activations: data sets have different inputs.
rule control_study:
    input:
        networks=of_control(NETWORK),
    output:
        study="results/control/studies/seed{seed}.h5",
    log:
        "results/logs/study/control/seed{seed}.log",
    benchmark:
        "results/benchmarks/study/control/seed{seed}.tsv"
    conda:
        "../../envs/topology.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_control_study),
        runtime=minutes(need_of_control_study),
    params:
        options=study_options(),
    shell:
        "topoprint study {input.networks} --across {params.options} --output {output.study} "
        "> {log} 2>&1"


rule average:
    input:
        distances=expand(DISTANCES, seed=SEEDS, allow_missing=True),
    output:
        matrices="results/{dataset}/matrices.h5",
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
    shell:
        "topoprint average {input.distances} --output {output.matrices} > {log} 2>&1"
