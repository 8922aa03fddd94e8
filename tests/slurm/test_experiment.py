"""The experiment on a real cluster: the users' commands, where jobs ran, and the results."""

import re
from pathlib import Path

from cluster import wait_until
from project import Project

CELL = "results/digits/networks/layer_size-8/seed1.safetensors"
DISTANCES = "results/digits/distances/seed1.h5"
# What depends on a run's times, or is no result.
OTHERS = ("logs", "benchmarks", "report.html")


def results(folder: Path) -> dict[Path, bytes]:
    found = (path for path in (folder / "results").rglob("*") if path.is_file())
    return {
        path.relative_to(folder): path.read_bytes()
        for path in found
        if path.relative_to(folder).parts[1] not in OTHERS
    }


def test_the_whole_experiment_has_the_bytes_of_a_local_run(
    project: Project, finished_run: Path
) -> None:
    run = project.run()
    assert run.wait() == 0, run.text
    assert results(project.folder) == results(finished_run)
    assert (project.folder / "results/report.html").is_file()
    jobs = run.jobs()
    assert {job.state for job in jobs} == {"COMPLETED"}
    ran = {rule: job.partition for job in jobs for rule in rules_of(job.comment)}
    on_cpus = (
        "accuracy", "respond", "diagram", "distances", "average", "tables", "figures", "evaluate",
        "what_it_sees", "paper", "report",
    )  # fmt: skip
    assert ran == {"train": "gpu"} | dict.fromkeys(on_cpus, "cpu")
    # Four networks of two seeds, one job a network; their diagrams, one job a seed.
    assert sum("_train" in job.comment for job in jobs) == 4
    assert sum("_diagram" in job.comment for job in jobs) == 2
    # Of each seed, of its null models, and of both seeds together.
    assert sum("distances" in rules_of(job.comment) for job in jobs) == 5
    # A job asks for the memory of its largest part, and for the time of all.
    asked = {(job.memory, job.time) for job in jobs if "_diagram" in job.comment}
    assert asked == {("313M", "2:00")}
    assert_gpus_are_distinct(project.cluster.folder / "gpus", {job.id for job in jobs})


def rules_of(comment: str) -> list[str]:
    """Rules of a job or group, by the comment that the plugin gives it."""
    names = "train|accuracy|respond|diagram|distances|average|tables|figures|evaluate"
    names += "|what_it_sees|paper|report"
    tail = re.sub(r"^rule_(training_digits_[a-z_]+-\d+|tables_digits)_", "", comment)
    return re.findall(rf"(?:^|_)({names})(?=_|$)", tail)


def assert_gpus_are_distinct(told: Path, jobs: set[str]) -> None:
    """Jobs that held a GPU at the same time saw different ones; jobs without saw none."""
    holding: dict[str, str] = {}
    seen = set()
    for line in told.read_text().splitlines():
        moment, job, partition, device = line.split()
        if job not in jobs:
            continue
        if partition == "cpu":
            assert device == "none"
        elif moment == "prolog":
            assert device in ("0", "1")
            assert device not in holding.values()
            holding[job] = device
            seen.add(device)
        else:
            del holding[job]
    assert seen == {"0", "1"}


def test_a_lost_network_is_trained_again_and_no_other(trained: Project, finished_run: Path) -> None:
    (trained.folder / CELL).unlink()
    run = trained.run(CELL, DISTANCES)
    assert run.wait() == 0, run.text
    jobs = sorted(run.jobs(), key=lambda job: int(job.id))
    ran = [rules_of(job.comment) for job in jobs]
    # What the networks answer is found beside the diagram, in either order.
    assert ran[0] == ["train"]
    assert sorted(ran[1:3]) == [["diagram"], ["respond"]]
    assert ran[3:] == [["distances"]]
    finished = re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", run.text)
    assert (finished[0], finished[-1]) == ("train_one", "distances")
    assert sorted(finished) == ["diagram", "distances", "respond", "train_one"]
    assert results(trained.folder) == results(finished_run)


def test_without_gpus_one_line_changes(trained: Project, finished_run: Path) -> None:
    profile = trained.folder / "slurm/config.yaml"
    lines = profile.read_text()
    assert lines.count("    gpu: 1 ") == 1
    profile.write_text(lines.replace("    gpu: 1 ", "    gpu: 0 "))
    (trained.folder / CELL).unlink()
    run = trained.run(CELL)
    assert run.wait() == 0, run.text
    (job,) = run.jobs()
    told = (trained.cluster.folder / "gpus").read_text().splitlines()
    assert f"prolog {job.id} gpu none" in told
    assert results(trained.folder) == results(finished_run)


def test_the_controller_is_a_cluster_job_too(trained: Project, finished_run: Path) -> None:
    for lost in trained.folder.glob("results/digits/distances/*.h5"):
        lost.unlink()
    script = (trained.folder / "slurm/controller.sh").read_text()
    (trained.folder / "quick.sh").write_text(
        script.replace('"$@"', '"$@" --slurm-init-seconds-before-status-checks 1')
    )
    sbatch = ["--time=30", "quick.sh", DISTANCES, "--configfile", "small.yaml"]
    submitted = trained.command("sbatch", "--parsable", *sbatch)
    number = submitted.strip()
    log = trained.folder / f"topoprint-controller-{number}.log"

    def ended() -> bool:
        states = {job.id: job.state for job in trained.cluster.jobs()}
        return states[number] not in ("PENDING", "RUNNING", "COMPLETING")

    wait_until(ended, "the controller's end", 600)
    (controller,) = [job for job in trained.cluster.jobs() if job.id == number]
    assert controller.state == "COMPLETED", log.read_text()
    expected = (finished_run / DISTANCES).read_bytes()
    assert (trained.folder / DISTANCES).read_bytes() == expected
    assert "has been submitted with SLURM jobid" in log.read_text()


def test_data_are_fetched_where_snakemake_runs(project: Project) -> None:
    run = project.run("data")
    assert run.wait() == 0, run.text
    assert (project.folder / "results/digits/data.h5").is_file()
    assert run.jobs() == []
