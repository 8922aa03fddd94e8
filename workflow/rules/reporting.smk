rule accuracy:
    input:
        networks=lambda job: PLAN.files(NETWORK, job.dataset, PLAN.seeds),
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
        dataset=one_of(PLAN.datasets),
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
        matrices=MATRICES,
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
        matrices=MATRICES,
    output:
        heatmaps=report(
            expand(FIGURES, name=PLAN.heatmaps, kind="svg", allow_missing=True),
            caption="../report/heatmap.rst",
            category="{dataset}",
        ),
        others=expand(
            FIGURES, name=PLAN.heatmaps, kind=["pdf", "png"], allow_missing=True
        ),
        dendrograms=expand(
            FIGURES,
            name=PLAN.dendrograms,
            kind=["svg", "pdf", "png"],
            allow_missing=True,
        ),
    log:
        "results/logs/figures/{dataset}.log",
    benchmark:
        "results/benchmarks/figures/{dataset}.tsv"
    # The longest of what a run ends with.
    priority: 1
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        spec=CONFIG.figures.model_dump_json(),
        folder=lambda wildcards, output: Path(output.others[0]).parent,
    shell:
        "topoprint figures {input.matrices} --spec {params.spec:q} --output {params.folder} "
        "> {log} 2>&1"


# What the measures see on a data set, or on the control: null tests, variance explained, retrieval.
rule evaluate:
    input:
        distances=lambda wildcards: PLAN.evaluated(wildcards.dataset),
    output:
        null_tests="results/tables/{dataset}_null_tests.csv",
        variance="results/tables/{dataset}_variance_explained.csv",
        retrieval="results/tables/{dataset}_retrieval.csv",
        figure=report(
            "results/{dataset}/figures/evaluation.svg",
            caption="../report/evaluation.rst",
            category="{dataset}",
        ),
        others=expand(
            FIGURES, name="evaluation", kind=["pdf", "png"], allow_missing=True
        ),
    log:
        "results/logs/evaluate/{dataset}.log",
    benchmark:
        "results/benchmarks/evaluate/{dataset}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        folder=subpath(output.figure, parent=True),
        grouped=PLAN.told.grouped(),
    shell:
        "topoprint evaluate {input.distances} --null-tests {output.null_tests} "
        "--variance {output.variance} --retrieval {output.retrieval} "
        "{params.grouped} --figures {params.folder} > {log} 2>&1"


# Where twins of the networks, which compute the same functions, stand among the others.
rule symmetries:
    input:
        distances=lambda wildcards: PLAN.symmetries(wildcards.dataset),
    output:
        table="results/tables/{dataset}_symmetries.csv",
    log:
        "results/logs/symmetries/{dataset}.log",
    benchmark:
        "results/benchmarks/symmetries/{dataset}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    shell:
        "topoprint symmetries {input.distances} --output {output.table} > {log} 2>&1"


# Whether the measures find the networks that learned the same task.
rule tasks:
    input:
        distances=lambda wildcards: PLAN.tasks(wildcards.dataset),
    output:
        table="results/tables/{dataset}_tasks.csv",
        variance="results/tables/{dataset}_tasks_variance.csv",
    log:
        "results/logs/tasks/{dataset}.log",
    benchmark:
        "results/benchmarks/tasks/{dataset}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        apart=lambda wildcards: PLAN.told.apart(wildcards.dataset),
    shell:
        "topoprint tasks {input.distances} --apart={params.apart} "
        "--variance {output.variance} --output {output.table} > {log} 2>&1"


# The evaluations of all data sets: measure × question.
rule what_it_sees:
    input:
        distances=PLAN.all_evaluated(),
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
        grouped=PLAN.told.grouped(),
    shell:
        "topoprint what-it-sees {input.distances} --output {output.table} "
        "{params.grouped} --figures {params.folder} > {log} 2>&1"


rule overview:
    input:
        matrices=expand(MATRICES, dataset=PLAN.names),
    output:
        heatmaps=report(
            expand("results/figures/{name}.svg", name=PLAN.heatmaps),
            caption="../report/overview.rst",
            category="whole experiment",
        ),
        others=expand(
            "results/figures/{name}.{kind}", name=PLAN.heatmaps, kind=["pdf", "png"]
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
        matrices=expand(MATRICES, dataset=PLAN.of_paper),
    output:
        comparison=report(
            "results/tables/paper_comparison.csv",
            caption="../report/paper.rst",
            category="whole experiment",
        ),
        norms="results/tables/control_norms.csv",
        statistics="results/tables/control_norm_statistics.csv",
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
        spec=CONFIG.control,
    shell:
        "topoprint paper {input.matrices} --control {params.spec} --norms {output.norms} "
        "--statistics {output.statistics} --output {output.comparison} > {log} 2>&1"


rule report:
    input:
        matrices=expand(MATRICES, dataset=PLAN.with_control),
        accuracy=expand(TABLE, dataset=PLAN.datasets, table="accuracy"),
        tables=expand(TABLE, dataset=PLAN.with_control, table="group_statistics"),
        figures=expand(
            FIGURES, dataset=PLAN.with_control, name=PLAN.heatmaps[0], kind="svg"
        ),
        distances=PLAN.all_evaluated(),
        learning=PLAN.all_followed(),
        whole=PLAN.whole(),
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
        spec=PLAN.told.report(),
        grouped=PLAN.told.grouped(),
    shell:
        "topoprint report {input.matrices} {input.accuracy} {input.distances} "
        "{input.learning} {params.grouped} --spec {params.spec:q} "
        "--benchmarks results/benchmarks --output {output.page} > {log} 2>&1"
