"""Makes compare.png and diagram.png, beside it: `python docs/figures/examples.py`.

Twelve classifiers of scikit-learn's digits, of four shapes and three seeds each, are compared by
the command; of the first the diagram is drawn.
"""

import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import topoprint as tp

HERE = Path(__file__).parent
SHAPES = {"narrow": (16,), "wide": (128,), "deep": (32, 32, 32), "tapered": (64, 32, 16)}
SEEDS = (1, 2, 3)


def main() -> None:
    """Train, compare, draw."""
    images, digits = load_digits(return_X_y=True)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, shape in SHAPES.items():
            for seed in SEEDS:
                model = MLPClassifier(shape, random_state=seed, max_iter=100)
                with warnings.catch_warnings(action="ignore"):  # those that have not converged
                    model.fit(images / 16, digits)
                files.append(Path(folder) / f"{name}-{seed}.safetensors")
                tp.Network.from_sklearn(model).save(files[-1])
        measures = ["--measure", "silhouette", "--measure", "bottleneck"]
        command = [sys.executable, "-m", "topoprint", "compare", *files, *measures]
        subprocess.run(
            [*command, "--plot", HERE / "compare.png"], check=True, stdout=subprocess.DEVNULL
        )
        network = tp.Network.load(files[0])
        tp.persistence(tp.to_graph(network)).plot(HERE / "diagram.png")


if __name__ == "__main__":
    main()
