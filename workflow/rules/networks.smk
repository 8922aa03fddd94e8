# Data are fetched where snakemake runs: the nodes of a cluster may have no internet.
rule prepare:
    input:
        own_file,
    output:
        "results/{dataset}/data.h5",
    log:
        "results/logs/data/{dataset}.log",
    benchmark:
        "results/benchmarks/data/{dataset}.tsv"
    priority: 2
    localrule: True
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        spec=dataset_spec,
    shell:
        "topoprint data --spec {params.spec:q} --output {output} > {log} 2>&1"


# Trainings are long: what they tell of their epochs is seen in the terminal as well as in the log.
rule features:
    input:
        data="results/{dataset}/data.h5",
    output:
        features="results/{dataset}/features.h5",
        network="results/{dataset}/networks/features.safetensors",
    log:
        "results/logs/features/{dataset}.log",
    benchmark:
        "results/benchmarks/features/{dataset}.tsv"
    # The longest of all jobs, and a data set's trainings wait for it: it goes first, with its data.
    priority: 2
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_features),
        runtime=minutes(need_of_features),
    params:
        spec=feature_spec,
    shell:
        "topoprint features {input.data} --spec {params.spec:q} --network {output.network} "
        "--output {output.features} 2>&1 | tee -i {log} >&2"


rule train:
    input:
        data=training_data,
    output:
        trained=NETWORK,
        initial=INITIAL,
    log:
        "results/logs/train/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train/{dataset}/{network}/seed{seed}.tsv"
    # All trainings first: the study of all seeds waits for them, and is the longest of the studies.
    priority: 1
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_train),
        runtime=minutes(need_of_train),
    params:
        spec=network_spec,
    shell:
        "topoprint train {input.data} --network {wildcards.network} --seed {wildcards.seed} "
        "--spec {params.spec:q} --initial {output.initial} --output {output.trained} "
        "2>&1 | tee -i {log} >&2"


# A null model that is trained: the same network from the same weights, on labels in random order.
rule train_random_labels:
    input:
        data=training_data,
    output:
        trained=RANDOM_LABELS,
    log:
        "results/logs/train_random_labels/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train_random_labels/{dataset}/{network}/seed{seed}.tsv"
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_train),
        runtime=minutes(need_of_train),
    params:
        spec=network_spec,
    shell:
        "topoprint train {input.data} --network {wildcards.network} --seed {wildcards.seed} "
        "--spec {params.spec:q} --random-labels --output {output.trained} 2>&1 | tee -i {log} >&2"


# What the networks of one seed answer to the test samples.
rule activations:
    input:
        data=training_data,
        networks=of_networks(STATES),
    output:
        activations=ACTIVATIONS,
    log:
        "results/logs/activations/{dataset}/seed{seed}.log",
    benchmark:
        "results/benchmarks/activations/{dataset}/seed{seed}.tsv"
    priority: 1
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(need_of_activations),
        runtime=minutes(need_of_activations),
    shell:
        "topoprint activations {input.data} {input.networks} --output {output.activations} "
        "> {log} 2>&1"
