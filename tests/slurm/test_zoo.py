"""A zoo on a real cluster: its parts are jobs, and the matrices those of the command."""

from helpers import random_network
from project import Project

import topoprint as tp
from topoprint.comparison.files import load_comparison


def test_a_zoo_is_scattered_over_jobs_of_the_cluster_and_gathered(project: Project) -> None:
    (project.folder / "zoo").mkdir()
    files = [project.folder / f"zoo/{name}.safetensors" for name in "abc"]
    for number, path in enumerate(files):
        random_network([4, 3 + number, 2], number).save(path)
    run = project.start(
        "--snakefile", "workflow/zoo.smk", "--config", "files=zoo/*.safetensors", "block=2",
        "measures=[heat, betti]", "grid=paper", small=False,
    )  # fmt: skip
    assert run.wait() == 0, run.text
    found = load_comparison(project.folder / "results/zoo/distances.h5")
    expected = tp.compare(files, ["heat", "betti"])
    for name, matrix in found.matrices.items():
        assert (matrix.values == expected[name].values).all()
    jobs = run.jobs()
    assert {job.state for job in jobs} == {"COMPLETED"}
    assert {job.partition for job in jobs} == {"cpu"}
    # Two parts, each with its diagrams, points and block, and what gathers them.
    rules = ["diagrams", "points", "blocks", "distances"]
    assert {rule: sum(f"_{rule}_" in f"_{job.comment}_" for job in jobs) for rule in rules} == {
        "diagrams": 2, "points": 2, "blocks": 2, "distances": 1,
    }  # fmt: skip
