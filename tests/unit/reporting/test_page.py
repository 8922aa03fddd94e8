"""The page itself: what it holds, and what Chromium and axe-core say of it, where they are."""

import csv
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from support import table_of
from test_opening import evaluation

from topoprint import AveragedMatrix
from topoprint.reporting.heatmaps import write_heatmaps
from topoprint.reporting.page_maps import of_measure
from topoprint.reporting.report import write_report
from topoprint.reporting.tables import Accuracy

LABELS = [f"{group}-{n}" for group in ("size", "order", "depth") for n in range(4)]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def averaged(measure: str, labels: list[str], seeds: int = 2) -> AveragedMatrix:
    places = np.random.default_rng(len(measure)).random((seeds, len(labels), 3))
    runs = np.linalg.norm(places[:, :, None] - places[:, None], axis=3)
    groups = [label.partition("-")[0] for label in labels]
    return AveragedMatrix(runs, table_of(labels, groups), tuple(range(seeds)), measure)


@pytest.fixture(scope="module")
def heat() -> AveragedMatrix:
    matrix = averaged("heat", LABELS)
    matrix.runs[:, 0, 1:] = matrix.runs[:, 1:, 0] = np.nan  # one that cannot be compared
    return matrix


@pytest.fixture(scope="module")
def page(heat: AveragedMatrix, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    scores = [Accuracy("d", label, seed, 0.9, 0.1) for label in LABELS for seed in (0, 1)]
    found = {"d": evaluation(0.7)}
    matrices = {"d": [heat, averaged("one_norm", LABELS, seeds=1)]}
    write_report(path, matrices, scores, {"x": ["y"] * 40}, path.parent, found)
    return path


def downloads(page: str) -> dict[str, str]:
    links = re.findall(r'download="([^"]+)" href="data:text/csv;charset=utf-8,([^"]*)"', page)
    return {file: unquote(text) for file, text in links}


def test_the_page_holds_its_matrices_and_tables(page: Path, heat: AveragedMatrix) -> None:
    files = downloads(page.read_text())
    head, *rows = csv.reader(files["d_heat_mean.csv"].splitlines())
    assert head == ["network", *LABELS]
    values = [[float(cell or "nan") for cell in row[1:]] for row in rows]
    np.testing.assert_allclose(values, heat.mean, rtol=1e-5)
    parts = ("mean", "std", "map", "groups")
    assert files.keys() >= {f"d_heat_{part}.csv" for part in parts}
    assert files["d_null_tests.csv"].startswith("measure,null,networks,")
    assert "d,size-0,0,0.9,0.1\n" in files["d_accuracy.csv"]


def test_networks_stand_in_the_order_of_the_dendrogram() -> None:
    places = np.array([0.0, 10, 1, 11, 0.4])
    apart = np.abs(places[:, None] - places)
    labels = ["a-0", "a-1", "a-2", "a-3", "a-4"]
    matrix = AveragedMatrix(apart[None], table_of(labels, ["a"] * 5), (1,), "heat")
    order = of_measure("d", matrix).order
    assert sorted(order) == [0, 1, 2, 3, 4]
    assert {frozenset(order[:2]), frozenset(order[3:])} & {frozenset((1, 3))}


def test_zeros_are_told_and_not_drawn(tmp_path: Path) -> None:
    nothing = AveragedMatrix(np.zeros((1, 3, 3)), table_of(LABELS[:3], ["size"] * 3), (1,), "heat")
    write_report(tmp_path / "r.html", {"d": [nothing]}, [], {})
    page = (tmp_path / "r.html").read_text()
    assert page.count("<p>All are 0.</p>") == 2
    assert 'class="map"' not in page
    write_heatmaps(tmp_path, nothing)
    assert (tmp_path / "heat_std.png").stat().st_size < 20_000  # a sentence, no map with a scale


def test_the_page_of_the_whole_experiment_is_less_than_3_mb(tmp_path: Path) -> None:
    labels = [f"size-{number}" for number in range(31)]
    names = ["mnist", "fashion_mnist", "cifar10", "reuters", "language_identification", "control"]
    matrices = {name: [averaged(f"measure_{n}", labels) for n in range(7)] for name in names}
    write_report(tmp_path / "r.html", matrices, [], {})
    assert (tmp_path / "r.html").stat().st_size < 3_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with api.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_fits_the_screen(
    page: Path, browser: Any, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    opened = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    problems: list[str] = []
    opened.on("request", lambda request: problems.append(request.url))
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto(page.as_uri())
    asked = [one for one in problems if not one.startswith("data:")]
    assert asked == [page.as_uri()]
    for details in opened.query_selector_all("summary"):
        details.click()
    found = axe.Axe().run(opened)
    assert found.response["violations"] == [], found.generate_report()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.close()


def test_the_page_is_read_with_the_keyboard(page: Path, browser: Any, heat: AveragedMatrix) -> None:
    opened = browser.new_page()
    opened.goto(page.as_uri())
    opened.focus(".map")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        opened.keyboard.press(key)
    mean, std = heat.mean[1, 2], heat.std[1, 2]
    told = f"2 size-1 – 3 size-2: {mean:.5g} ± {std:.3g}"
    assert opened.inner_text(".cell") == told
    opened.focus("button")
    opened.keyboard.press("Enter")
    order = of_measure("d", heat).order
    rows = opened.locator(".map").first.locator("text.row").all_text_contents()
    shown = [int(number) - 1 for number in rows]
    assert shown == order
    assert order[-1] == 0
    opened.close()
