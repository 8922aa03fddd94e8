# Data sets → trained networks → what they answer.


# Data are fetched where snakemake runs: the nodes of a cluster may have no internet.
rule prepare:
    input:
        lambda wildcards: PLAN.own_file(wildcards.dataset),
    output:
        data="results/{dataset}/data.h5",
    log:
        "results/logs/prepare/{dataset}.log",
    benchmark:
        "results/benchmarks/prepare/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
    priority: 2
    localrule: True
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda wildcards: PLAN.needs.prepare(wildcards.dataset)),
        runtime=minutes(lambda wildcards: PLAN.needs.prepare(wildcards.dataset)),
    params:
        spec=lambda wildcards: PLAN.told.prepare(wildcards.dataset),
    shell:
        "topoprint prepare --spec {params.spec:q} --output {output.data} > {log} 2>&1"


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
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
    # The longest of all jobs, and a data set's trainings wait for it: it goes first, with its data.
    priority: 2
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda wildcards: PLAN.needs.features(wildcards.dataset)),
        runtime=minutes(lambda wildcards: PLAN.needs.features(wildcards.dataset)),
    params:
        spec=lambda wildcards: PLAN.told.features(wildcards.dataset),
    shell:
        "topoprint features {input.data} --spec {params.spec:q} --network {output.network} "
        "--output {output.features} 2>&1 | tee -i {log} >&2"


ruleorder: train > train_one
ruleorder: train_random_labels > train_one_random_labels


# A network with all seeds in one job, as torch takes longer to start than a small network to train.
rule train:
    input:
        data=lambda wildcards: PLAN.samples(wildcards.dataset),
    output:
        trained=expand(NETWORK, seed=PLAN.seeds, allow_missing=True),
        initial=expand(INITIAL, seed=PLAN.seeds, allow_missing=True),
        along=expand(PLAN.along.kept, seed=PLAN.seeds, allow_missing=True),
    log:
        "results/logs/train/{dataset}/{network}.log",
    benchmark:
        "results/benchmarks/train/{dataset}/{network}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
        network=PLAN.jobs.together(NETWORK, INITIAL, *PLAN.along.kept),
    # All trainings first: the distances of all seeds wait for them, and take the longest.
    priority: 1
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda job: PLAN.needs.of_trainings(job.dataset, job.network)),
        runtime=minutes(lambda job: PLAN.needs.of_trainings(job.dataset, job.network)),
    params:
        spec=lambda wildcards: PLAN.told.train(wildcards.dataset, wildcards.network),
        # Functions of the output are no reason to rerun: seeds do not change one another.
        seeds=lambda wildcards, output: " ".join(
            f"--seed {seed}" for seed in PLAN.seeds
        ),
        option=lambda wildcards: " ".join(
            [f"--initial '{INITIAL}'", *along.options(PLAN.along.kept)]
        ),
        trained=lambda wildcards: NETWORK,
    shell:
        "topoprint train {input.data} --network {wildcards.network} {params.seeds} "
        "--spec {params.spec:q} {params.option} --output {params.trained:q} "
        "2>&1 | tee -i {log} >&2"


# One seed of a network, where others are there already.
use rule train as train_one with:
    output:
        trained=NETWORK,
        initial=INITIAL,
        along=PLAN.along.kept,
    log:
        "results/logs/train/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train/{dataset}/{network}/seed{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
        network=PLAN.jobs.one_by_one(NETWORK, INITIAL, *PLAN.along.kept),
    resources:
        mem_mb=memory(lambda job: PLAN.needs.train(job.dataset, job.network)),
        runtime=minutes(lambda job: PLAN.needs.train(job.dataset, job.network)),
    params:
        seeds=lambda wildcards, output: f"--seed {wildcards.seed}",


# A null model that is trained: the same network from the same weights, on labels in random order.
use rule train as train_random_labels with:
    output:
        trained=expand(RANDOM_LABELS, seed=PLAN.seeds, allow_missing=True),
        along=expand(PLAN.along.kept_random, seed=PLAN.seeds, allow_missing=True),
    log:
        "results/logs/train_random_labels/{dataset}/{network}.log",
    benchmark:
        "results/benchmarks/train_random_labels/{dataset}/{network}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
        network=PLAN.jobs.together(RANDOM_LABELS, *PLAN.along.kept_random),
    priority: 0
    params:
        spec=lambda wildcards: PLAN.told.train(
            wildcards.dataset, wildcards.network, bool(PLAN.along.kept_random)
        ),
        option=lambda wildcards: " ".join(
            ["--random-labels", *along.options(PLAN.along.kept_random)]
        ),
        trained=lambda wildcards: RANDOM_LABELS,


use rule train_one as train_one_random_labels with:
    output:
        trained=RANDOM_LABELS,
        along=PLAN.along.kept_random,
    log:
        "results/logs/train_random_labels/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train_random_labels/{dataset}/{network}/seed{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
        network=PLAN.jobs.one_by_one(RANDOM_LABELS, *PLAN.along.kept_random),
    priority: 0
    params:
        spec=lambda wildcards: PLAN.told.train(
            wildcards.dataset, wildcards.network, bool(PLAN.along.kept_random)
        ),
        option=lambda wildcards: " ".join(
            ["--random-labels", *along.options(PLAN.along.kept_random)]
        ),
        trained=lambda wildcards: RANDOM_LABELS,


# What the networks of one seed answer to the test samples.
rule respond:
    input:
        data=lambda wildcards: PLAN.samples(wildcards.dataset),
        networks=lambda job: PLAN.responding(job.dataset, job.seed),
    output:
        responses=RESPONSES,
    log:
        "results/logs/respond/{dataset}/seed{seed}.log",
    benchmark:
        "results/benchmarks/respond/{dataset}/seed{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(PLAN.datasets),
    priority: 1
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory(lambda wildcards: PLAN.needs.respond(wildcards.dataset)),
        runtime=minutes(lambda wildcards: PLAN.needs.respond(wildcards.dataset)),
    params:
        own=PLAN.told.own_option(),
    shell:
        "topoprint respond {input.data} {input.networks} {params.own} "
        "--output {output.responses} > {log} 2>&1"
