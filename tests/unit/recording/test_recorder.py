import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import topoprint as tp  # noqa: E402

MEASURES = ["heat", "weights_norm"]


def model() -> "torch.nn.Sequential":
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))


def train(net: "torch.nn.Sequential", recorder: "tp.Recorder | None", steps: int = 4) -> list:
    """Train with dropout's kind of random numbers, and keep the networks of each step."""
    kept = [tp.Network.from_torch(net)]
    optimiser = torch.optim.SGD(net.parameters(), 0.5)
    torch.manual_seed(1)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = (net(torch.randn(8, 6)) ** 2).mean()
        loss.backward()
        optimiser.step()
        kept.append(tp.Network.from_torch(net))
        if recorder:
            recorder.record(loss=loss.detach())
    return kept


def test_its_distances_are_those_of_compare() -> None:
    net = model()
    recorder = tp.Recorder(net, MEASURES)
    kept = train(net, recorder)
    for measure, matrix in tp.compare(kept, MEASURES).items():
        np.testing.assert_array_equal(recorder.recording.matrices[measure].values, matrix.values)
    assert recorder.recording.steps.tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(recorder.recording.values["loss"][0])
    assert np.isfinite(recorder.recording.values["loss"][1:]).all()


def test_a_training_is_the_same_with_it() -> None:
    plain, recorded = model(), model()
    train(plain, None)
    recorder = tp.Recorder(recorded, MEASURES)
    train(recorded, recorder)
    assert recorded.training
    for one, other in zip(plain.parameters(), recorded.parameters(), strict=True):
        assert torch.equal(one, other)


def test_it_records_at_each_so_many_calls_and_goes_on_after_it_was_asked() -> None:
    net = model()
    recorder = tp.Recorder(net, ["weights_norm"], every=2)
    train(net, recorder, 3)
    assert recorder.recording.steps.tolist() == [0, 2]
    train(net, recorder, 3)
    assert recorder.recording.steps.tolist() == [0, 2, 4, 6]


def test_a_file_holds_what_was_computed(tmp_path: Path) -> None:
    net = model()
    recorder = tp.Recorder(net, MEASURES)
    train(net, recorder)
    recorder.save(tmp_path / "one.h5")
    recorder.save(tmp_path / "two.h5")
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
    read = tp.load_recording(tmp_path / "one.h5")
    for measure, matrix in recorder.recording.matrices.items():
        np.testing.assert_array_equal(read.matrices[measure].values, matrix.values)
        assert read.matrices[measure].parameters == dict(matrix.parameters)
        assert read.matrices[measure].index == matrix.index
    np.testing.assert_array_equal(read.values["loss"], recorder.recording.values["loss"])
    read.save(tmp_path / "three.h5")
    assert (tmp_path / "three.h5").read_bytes() == (tmp_path / "one.h5").read_bytes()


def test_one_call_plots(tmp_path: Path) -> None:
    net = model()
    recorder = tp.Recorder(net, MEASURES)
    train(net, recorder)
    figure = recorder.plot(tmp_path / "training.svg")
    assert (tmp_path / "training.svg").read_bytes().startswith(b"<?xml")
    curve = figure.axes[1].get_lines()[0].get_ydata()
    np.testing.assert_array_equal(curve, recorder.recording.matrices["heat"].values[0])
    with pytest.raises(tp.InputError, match=r"training\.gif: figures are drawn as \.svg, \.pdf"):
        recorder.plot(tmp_path / "training.gif")


def test_a_model_of_any_architecture_is_followed() -> None:
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    recorder = tp.Recorder(net, ["weights_norm"], example_input=torch.zeros(1, 1, 4, 4))
    with torch.no_grad():
        net[0].weight *= 2
    recorder.record()
    assert recorder.recording.matrices["weights_norm"].values[0, 1] > 0


def test_what_cannot_be_recorded_is_refused() -> None:
    net = model()
    for every in (0, 1.5, True):
        with pytest.raises(tp.InputError, match="give a whole number of calls"):
            tp.Recorder(net, every=every)  # type: ignore[arg-type]
    with pytest.raises(tp.InputError, match="'cka' looks at responses"):
        tp.Recorder(net, ["cka"])
    recorder = tp.Recorder(net, ["weights_norm"])
    with pytest.raises(tp.InputError, match="nothing has been recorded after the start"):
        recorder.save("none.h5")
    with pytest.raises(tp.InputError, match="loss is no number"):
        recorder.record(loss=torch.zeros(2))
    with torch.no_grad():
        net[0].weight[0, 0] = torch.nan
    with pytest.raises(tp.InputError, match="NaN"):
        recorder.record()


def test_as_a_callback_it_records_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = ModuleType("pytorch_lightning")
    stand_in.Callback = type("Callback", (), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lightning.pytorch", None)
    monkeypatch.setitem(sys.modules, "pytorch_lightning", stand_in)
    net = model()
    recorder = tp.Recorder(net, ["weights_norm"])
    callback = recorder.callback()
    assert isinstance(callback, stand_in.Callback)
    for epoch in range(2):
        trainer = SimpleNamespace(callback_metrics={"val/loss": torch.tensor(1.0 - epoch)})
        callback.on_train_epoch_end(trainer, net)
    assert recorder.recording.values["val/loss"].tolist()[1:] == [1.0, 0.0]


def test_without_lightning_the_callback_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lightning", "lightning.pytorch", "pytorch_lightning"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(tp.InputError, match="pip install lightning"):
        tp.Recorder(model(), ["weights_norm"]).callback()


def test_lightning_itself_calls_it(tmp_path: Path) -> None:
    lightning = pytest.importorskip("lightning.pytorch")

    class Module(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.net = model()

        def training_step(self, batch: "list[torch.Tensor]", _: int) -> "torch.Tensor":
            loss = (self.net(batch[0]) ** 2).mean()
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> "torch.optim.Optimizer":
            return torch.optim.SGD(self.parameters(), 0.5)

    module = Module()
    recorder = tp.Recorder(module.net, ["weights_norm"])
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(16, 6)), 8)
    lightning.Trainer(
        max_epochs=2, callbacks=[recorder.callback()], logger=False, accelerator="cpu",
        enable_checkpointing=False, enable_progress_bar=False, default_root_dir=tmp_path,
    ).fit(module, data)  # fmt: skip
    assert recorder.recording.steps.tolist() == [0, 1, 2]
    assert np.isfinite(recorder.recording.values["loss"][1:]).all()


@pytest.mark.filterwarnings("error:Converting a tensor")
def test_a_loss_may_still_be_one_of_the_graph() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(3, 2))
    recorder = tp.Recorder(model, measures=["weights_norm"])
    recorder.record(loss=model(torch.ones(3)).sum(), share=np.float32(0.5))
    assert recorder.recording.values["share"][1] == 0.5
    with pytest.raises(tp.InputError, match="loss is no number"):
        recorder.record(loss=torch.ones(2))
