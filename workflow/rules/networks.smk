rule prepare:
    output:
        "results/{dataset}/data.h5",
    log:
        "results/logs/data/{dataset}.log",
    benchmark:
        "results/benchmarks/data/{dataset}.tsv"
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


rule train:
    input:
        data="results/{dataset}/data.h5",
    output:
        trained=NETWORK,
        initial=INITIAL,
    log:
        "results/logs/train/{dataset}/{network}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train/{dataset}/{network}/seed{seed}.tsv"
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        spec=network_spec,
    shell:
        "topoprint train {input.data} --network {wildcards.network} --seed {wildcards.seed} "
        "--spec {params.spec:q} --initial {output.initial} --output {output.trained} "
        "> {log} 2>&1"
