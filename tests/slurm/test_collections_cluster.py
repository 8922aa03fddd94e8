"""Networks that were trained elsewhere, compared on a real cluster."""

from helpers import random_network
from project import Project

import topoprint as tp
from topoprint.comparison.files import load_comparison

CONFIG = """\
datasets: []
collections:
  - {name: mine, files: "zoo/*.safetensors"}
measures: [heat]
evaluation: {measures: [], nulls: [shuffled_layers], repetitions: 1}
"""


def test_a_collection_is_collected_and_compared_by_jobs_of_the_cluster(project: Project) -> None:
    (project.folder / "zoo").mkdir()
    files = [project.folder / f"zoo/{name}.safetensors" for name in "abc"]
    for number, path in enumerate(files):
        random_network([4, 3 + number, 2], number).save(path)
    (project.folder / "mine.yaml").write_text(CONFIG)
    run = project.start("mine", "--configfile", "mine.yaml", small=False)
    assert run.wait() == 0, run.text
    found = load_comparison(project.folder / "results/mine/distances/seed1.h5")
    assert (found.matrices["heat"].values == tp.compare(files, ["heat"])["heat"].values).all()
    jobs = run.jobs()
    assert {job.state for job in jobs} == {"COMPLETED"}
    assert {job.partition for job in jobs} == {"cpu"}
    told = " ".join(job.comment for job in jobs)
    assert "train" not in told
    assert all(rule in told for rule in ("collect", "diagram", "distances", "evaluate"))
