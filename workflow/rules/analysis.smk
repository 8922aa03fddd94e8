rule accuracy:
    input:
        networks=of_networks(NETWORK, seed=SEEDS),
    output:
        table=report(
            "results/tables/{dataset}_accuracy.csv",
            caption="../report/accuracy.rst",
            category="{dataset}",
        ),
        figure=report(
            "results/{dataset}/figures/accuracy.svg",
            caption="../report/accuracy.rst",
            category="{dataset}",
        ),
        others=expand(FIGURES, name="accuracy", kind=["pdf", "png"], allow_missing=True),
    log:
        "results/logs/accuracy/{dataset}.log",
    benchmark:
        "results/benchmarks/accuracy/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        folder=subpath(output.figure, parent=True),
    shell:
        "topoprint accuracy {input.networks} --output {output.table} "
        "--figures {params.folder} > {log} 2>&1"


# Of a data set, or of the control across data sets.
rule tables:
    input:
        matrices="results/{dataset}/matrices.h5",
    output:
        statistics=report(
            "results/tables/{dataset}_group_statistics.csv",
            caption="../report/group_statistics.rst",
            category="{dataset}",
        ),
        distances="results/tables/{dataset}_distances.csv",
        networks="results/tables/{dataset}_networks.csv",
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
        "topoprint tables {input.matrices} --statistics {output.statistics} "
        "--distances {output.distances} --networks {output.networks} > {log} 2>&1"


rule figures:
    input:
        matrices="results/{dataset}/matrices.h5",
    output:
        heatmaps=report(
            expand(FIGURES, name=HEATMAPS, kind="svg", allow_missing=True),
            caption="../report/heatmap.rst",
            category="{dataset}",
        ),
        others=expand(FIGURES, name=HEATMAPS, kind=["pdf", "png"], allow_missing=True),
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
        folder=lambda wildcards, output: Path(output.others[0]).parent,
    shell:
        "topoprint figures {input.matrices} --output {params.folder} > {log} 2>&1"


rule verdict:
    input:
        studies=expand(STUDY, seed=SEEDS, allow_missing=True),
        across=lambda wildcards: across_seeds(wildcards.dataset),
    output:
        nulls="results/tables/{dataset}_nulls.csv",
        explained="results/tables/{dataset}_explained.csv",
        truths="results/tables/{dataset}_truths.csv",
        figure=report(
            "results/{dataset}/figures/verdict.svg",
            caption="../report/verdict.rst",
            category="{dataset}",
        ),
        others=expand(FIGURES, name="verdict", kind=["pdf", "png"], allow_missing=True),
    log:
        "results/logs/verdict/{dataset}.log",
    benchmark:
        "results/benchmarks/verdict/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        folder=subpath(output.figure, parent=True),
        across=lambda wildcards, input: [f"--across {path}" for path in input.across],
    shell:
        "topoprint judge {input.studies} {params.across} --nulls {output.nulls} "
        "--explained {output.explained} --truths {output.truths} "
        "--figures {params.folder} > {log} 2>&1"


rule control_truths:
    input:
        studies=studies_of_control(),
    output:
        truths="results/tables/control_truths.csv",
    log:
        "results/logs/verdict/control.log",
    benchmark:
        "results/benchmarks/verdict/control.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    shell:
        "topoprint control-truths {input.studies} --output {output.truths} > {log} 2>&1"


# The verdicts of all data sets: measure × question.
rule what_it_sees:
    input:
        studies=studies_of(DATASETS),
        control=studies_of_control(),
    output:
        table=report(
            "results/tables/what_it_sees.csv",
            caption="../report/what_it_sees.rst",
            category="whole experiment",
        ),
        figure=report(
            "results/figures/what_it_sees.svg",
            caption="../report/what_it_sees.rst",
            category="whole experiment",
        ),
        others=expand("results/figures/what_it_sees.{kind}", kind=["pdf", "png"]),
    log:
        "results/logs/what_it_sees.log",
    benchmark:
        "results/benchmarks/what_it_sees.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        folder=subpath(output.figure, parent=True),
    shell:
        "topoprint what-it-sees {input.studies} {input.control} --output {output.table} "
        "--figures {params.folder} > {log} 2>&1"


rule overview:
    input:
        matrices=expand("results/{dataset}/matrices.h5", dataset=DATASETS),
    output:
        heatmaps=report(
            expand("results/figures/{name}.svg", name=HEATMAPS),
            caption="../report/overview.rst",
            category="whole experiment",
        ),
        others=expand(
            "results/figures/{name}.{kind}", name=HEATMAPS, kind=["pdf", "png"]
        ),
    log:
        "results/logs/overview.log",
    benchmark:
        "results/benchmarks/overview.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        folder=lambda wildcards, output: Path(output.others[0]).parent,
    shell:
        "topoprint overview {input.matrices} --output {params.folder} > {log} 2>&1"


rule paper:
    input:
        matrices=expand("results/{dataset}/matrices.h5", dataset=WITH_CONTROL),
    output:
        comparison=report(
            PAPER_TABLES["comparison"],
            caption="../report/paper.rst",
            category="whole experiment",
        ),
        norms=PAPER_TABLES["norms"],
        statistics=PAPER_TABLES["statistics"],
    log:
        "results/logs/paper.log",
    benchmark:
        "results/benchmarks/paper.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        control=CONFIG.control,
    shell:
        "topoprint paper {input.matrices} --control {params.control} --norms {output.norms} "
        "--statistics {output.statistics} --output {output.comparison} > {log} 2>&1"


rule report:
    input:
        matrices=expand("results/{dataset}/matrices.h5", dataset=WITH_CONTROL),
        accuracy=expand("results/tables/{dataset}_accuracy.csv", dataset=DATASETS),
        tables=expand(
            "results/tables/{dataset}_group_statistics.csv", dataset=WITH_CONTROL
        ),
        figures=expand(FIGURES, dataset=WITH_CONTROL, name=HEATMAPS[0], kind="svg"),
        studies=[studies_of(DATASETS), studies_of_control()],
        whole=results_of_whole(),
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
        studies=lambda wildcards, input: [f"--study {path}" for path in input.studies],
    shell:
        "topoprint report {input.matrices} {params.accuracy} {params.studies} --config {params.config:q} "
        "--benchmarks results/benchmarks --output {output.page} > {log} 2>&1"
