"""A recorder as a callback of Lightning."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from topoprint.errors import InputError

if TYPE_CHECKING:
    from topoprint.recording.recorder import Recorder

# Lightning has two names.
PACKAGES = ("lightning.pytorch", "pytorch_lightning")


def callback_of(recorder: "Recorder") -> Any:
    """Make a callback that records at the end of each training epoch.

    Raises
    ------
    InputError
        If Lightning is not installed.
    """

    class RecorderCallback(_base()):  # type: ignore[misc]
        """Records a model with the metrics that its trainer knows."""

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            """Record."""
            recorder.record(**{name: float(v) for name, v in trainer.callback_metrics.items()})

    return RecorderCallback()


def _base() -> type:
    for name in PACKAGES:
        try:
            found: type = import_module(name).Callback
        except ModuleNotFoundError:
            continue
        return found
    raise InputError("Lightning is not installed: pip install lightning")
