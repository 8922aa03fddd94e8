rule tables:
    input:
        matrices="results/{dataset}/matrices.h5",
        networks=expand(NETWORK, network=NETWORKS, seed=SEEDS, allow_missing=True),
    output:
        accuracy=report(
            "results/tables/{dataset}_accuracy.csv",
            caption="../report/accuracy.rst",
            category="{dataset}",
        ),
        statistics=report(
            "results/tables/{dataset}_group_statistics.csv",
            caption="../report/group_statistics.rst",
            category="{dataset}",
        ),
        distances="results/tables/{dataset}_distances.csv",
    log:
        "results/logs/tables/{dataset}.log",
    benchmark:
        "results/benchmarks/tables/{dataset}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    shell:
        "topoprint tables {input.networks} --matrices {input.matrices} "
        "--accuracy {output.accuracy} --statistics {output.statistics} "
        "--distances {output.distances} > {log} 2>&1"


rule figures:
    input:
        matrices="results/{dataset}/matrices.h5",
        accuracy="results/tables/{dataset}_accuracy.csv",
    output:
        heatmaps=report(
            expand(FIGURES, name=HEATMAPS, kind="svg", allow_missing=True),
            caption="../report/heatmap.rst",
            category="{dataset}",
        ),
        accuracy=report(
            expand(FIGURES, name="accuracy", kind="svg", allow_missing=True),
            caption="../report/accuracy.rst",
            category="{dataset}",
        ),
        others=expand(
            FIGURES,
            name=[*HEATMAPS, "accuracy"],
            kind=["pdf", "png"],
            allow_missing=True,
        ),
    log:
        "results/logs/figures/{dataset}.log",
    benchmark:
        "results/benchmarks/figures/{dataset}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        folder=lambda wildcards, output: Path(output.heatmaps[0]).parent,
    shell:
        "topoprint figures {input.matrices} --accuracy {input.accuracy} "
        "--output {params.folder} > {log} 2>&1"


rule report:
    input:
        matrices=expand("results/{dataset}/matrices.h5", dataset=DATASETS),
        accuracy=expand("results/tables/{dataset}_accuracy.csv", dataset=DATASETS),
        figures=expand(
            FIGURES, dataset=DATASETS, name=HEATMAPS + ["accuracy"], kind="svg"
        ),
    output:
        page=report(
            "results/report.html",
            caption="../report/report.rst",
            category="whole experiment",
        ),
    log:
        "results/logs/report.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        config=json.dumps(CONFIG.science),
        accuracy=lambda wildcards, input: [
            f"--accuracy {path}" for path in input.accuracy
        ],
    shell:
        "topoprint report {input.matrices} {params.accuracy} --config {params.config:q} "
        "--benchmarks results/benchmarks --output {output.page} > {log} 2>&1"
