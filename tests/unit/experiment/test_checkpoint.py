import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from test_features import QUICK, images  # noqa: E402

from topoprint.cli import experiment  # noqa: E402
from topoprint.experiment import checkpoint  # noqa: E402
from topoprint.experiment.checkpoint import Checkpoint  # noqa: E402
from topoprint.experiment.datasets.samples import Samples  # noqa: E402
from topoprint.experiment.features import extract  # noqa: E402

THREE = QUICK.model_copy(update={"epochs": 3})


class Told(Checkpoint):
    """Tells which epochs it kept: those that were trained."""

    epochs: ClassVar[list[int]] = []

    def save(self, epoch: int, *state: Any) -> None:
        self.epochs.append(epoch)
        super().save(epoch, *state)


class Interrupted(Checkpoint):
    """As if the training were interrupted while its second epoch is kept."""

    def save(self, epoch: int, *state: Any) -> None:
        if epoch == 2:
            raise KeyboardInterrupt
        super().save(epoch, *state)


@pytest.mark.parametrize("dropout_seed", [None, 42])
def test_a_training_goes_on_as_if_it_had_not_been_interrupted(
    dropout_seed: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "epochs", [])
    settings = THREE.model_copy(update={"dropout_seed": dropout_seed})
    path = tmp_path / "new" / ".kept"
    whole, weights = extract(images(), settings)
    with pytest.raises(KeyboardInterrupt):
        extract(images(), settings, kept=Interrupted(path))
    torch.manual_seed(99)
    resumed, again = extract(images(), settings, kept=Told(path))
    assert Told.epochs == [2, 3]
    np.testing.assert_array_equal(resumed.x_train, whole.x_train)
    assert all(np.array_equal(array, again[name]) for name, array in weights.items())
    # All epochs are done: nothing is left but to apply the network.
    finished, _ = extract(images(), settings, kept=Told(path))
    assert Told.epochs == [2, 3]
    np.testing.assert_array_equal(finished.x_test, whole.x_test)


@pytest.mark.parametrize("left", [b"", b"no tensors"])
def test_a_broken_file_is_as_none(left: bytes, tmp_path: Path) -> None:
    (tmp_path / ".kept").write_bytes(left)
    features, _ = extract(images(), QUICK, kept=Checkpoint(tmp_path / ".kept"))
    np.testing.assert_array_equal(features.x_test, extract(images(), QUICK)[0].x_test)


def test_the_command_goes_on_from_what_was_made_in_the_same_way_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "epochs", [])
    images().save(tmp_path / "data.h5", {})

    def run(epochs: int = 3) -> None:
        spec = json.dumps({"epochs": epochs, "batch_size": 64})
        output, network = tmp_path / "features.h5", tmp_path / "features.safetensors"
        experiment.features(tmp_path / "data.h5", output, network, spec, "cpu")

    def hidden() -> list[Path]:
        return [*tmp_path.glob(".features.h5.*.kept")]

    with monkeypatch.context() as during:
        during.setattr(checkpoint, "Checkpoint", Interrupted)
        for epochs in (3, 4):
            with pytest.raises(KeyboardInterrupt):
                run(epochs)
    assert len(hidden()) == 2
    assert not (tmp_path / "features.h5").exists()
    monkeypatch.setattr(checkpoint, "Checkpoint", Told)
    run()
    assert Told.epochs == [2, 3]
    assert hidden() == []
    made, whole = Samples.load(tmp_path / "features.h5"), extract(images(), THREE)[0]
    np.testing.assert_array_equal(made.x_train, whole.x_train)
