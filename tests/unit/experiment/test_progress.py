import pytest

from topoprint.experiment import progress
from topoprint.experiment.progress import Progress


def test_the_last_epoch_is_told_and_others_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 1.0, 6.0, 7.0, 8.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    told = Progress("digits base-1 seed 3", 4)
    for epoch in range(1, 5):
        told.after(epoch, 1 / epoch)
    assert capsys.readouterr().err.splitlines() == [
        "digits base-1 seed 3: epoch 2/4, loss 0.5000, 6 s left",
        "digits base-1 seed 3: epoch 4/4, loss 0.2500, 0 s left",
    ]


def test_epochs_that_were_done_before_took_no_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 6.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    Progress("features", 8, done=5).after(6, 0.5)
    assert capsys.readouterr().err == "features: epoch 6/8, loss 0.5000, 12 s left\n"
