"""A recorder beside the training that it follows: an MNIST epoch of the paper's network."""

from collections.abc import Iterator
from time import process_time

from benchmarks.measure import fresh
from benchmarks.table import Row

# Samples, neurons of each hidden layer, epochs.
FULL = (54_000, 512, 3)
QUICK = (1_000, 16, 2)
MEASURES = ("silhouette", "heat", "weights_norm")


def rows(case: tuple[int, int, int]) -> Iterator[Row]:
    """One row: what a record costs, distances between all records included, beside an epoch."""
    samples, size, epochs = case
    epoch, record, edges, same = fresh(follow, *case)
    yield Row(
        size=f"{samples} × 784, {size}, {size}, 10; {epochs} epochs",
        task="record an epoch",
        edges=edges,
        seconds=record,
        peak_bytes=0,
        reference="the epoch itself",
        reference_seconds=epoch,
        agrees=same,
        agreement="the training is the same" if same else "THE TRAINING IS ANOTHER",
        note=f"CPU seconds, one thread; {', '.join(MEASURES)} of all pairs of records",
        details={"share_of_an_epoch": record / epoch},
    )


def follow(samples: int, size: int, epochs: int) -> tuple[float, float, int, bool]:
    """Train with a recorder and without; CPU seconds of an epoch and of a record."""
    import torch

    import topoprint as tp
    from topoprint.experiment.models import Training
    from topoprint.experiment.training import epochs as train

    torch.set_num_threads(1)

    def model() -> torch.nn.Sequential:
        torch.manual_seed(0)
        layers = [torch.nn.Linear(784, size), torch.nn.ReLU(), torch.nn.Linear(size, size)]
        return torch.nn.Sequential(*layers, torch.nn.ReLU(), torch.nn.Linear(size, 10))

    x, y = torch.rand(samples, 784), torch.randint(0, 10, (samples,))
    settings = Training(epochs=epochs, batch_size=128)
    plain, followed = model(), model()
    torch.manual_seed(1)
    for _ in train(plain, x, y, settings, "plain"):
        pass
    recorder = tp.Recorder(followed, MEASURES)
    recording = 0.0
    torch.manual_seed(1)
    start = process_time()
    for loss in train(followed, x, y, settings, "recorded"):
        began = process_time()
        recorder.record(loss=loss)
        recording += process_time() - began
    training = process_time() - start - recording
    began = process_time()
    found = recorder.recording
    recording += process_time() - began
    same = all(map(torch.equal, plain.parameters(), followed.parameters()))
    edges = next(iter(found.matrices.values())).index[0].edges
    return training / epochs, recording / epochs, edges, same
