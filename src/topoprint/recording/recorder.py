"""Follows a model along a training loop of the user's own."""

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from topoprint.comparison.compare import MeasureLike, distances_of
from topoprint.errors import InputError
from topoprint.identity import Index, NetworkId
from topoprint.measures.registry import make_measures
from topoprint.measures.subject import Subject, new_cache
from topoprint.networks.network import Network
from topoprint.recording.recording import Recording

if TYPE_CHECKING:  # takes longer than a record
    from matplotlib.figure import Figure


class Recorder:
    """Keeps a model's networks along its training, and compares them.

    A record copies the weights (and follows the example, where one is needed): it draws no random
    number and leaves the model as it was, so that the training is the same with it and without.
    What measures need is computed when it is asked for, by :attr:`recording`, :meth:`save` or
    :meth:`plot`. Memory: the weights, once a record.

    Parameters
    ----------
    model : torch.nn.Module
        The first record, step 0, is of the model as it is given.
    measures : iterable of str, mapping or Measure, optional
        As of :func:`topoprint.compare`; those that need responses cannot be asked for.
    every : int
        Record at each so many calls of :meth:`record`.
    example_input : optional
        As of :meth:`topoprint.Network.from_torch`; not needed for dense layers in a row.

    Raises
    ------
    InputError
        If the model cannot be read, a measure is not known or needs more than weights, or
        ``every`` is not a positive whole number.

    Examples
    --------
    >>> recorder = tp.Recorder(model, measures=["heat", "weights_norm"])
    >>> for epoch in range(20):
    ...     loss = train_an_epoch(model)
    ...     recorder.record(loss=loss)
    >>> recorder.save("training.h5")
    >>> recorder.plot("training.svg")
    """

    def __init__(
        self,
        model: Any,
        measures: Iterable[MeasureLike] | None = None,
        every: int = 1,
        example_input: Any = None,
    ) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise InputError(f"every is {every!r}; give a whole number of calls, at least 1")
        self.measures = make_measures(measures)
        for measure in self.measures:
            if "responses" in measure.needs:
                raise InputError(
                    f"measure {measure.name!r} looks at responses, which a recorder does not "
                    "keep; leave it out"
                )
        self.every = every
        self._model, self._example = model, example_input
        self._cache = new_cache()
        self._calls = 0
        self._subjects: list[Subject] = []
        self._index: list[Any] = []
        self._told: list[dict[str, float]] = []
        self._recording: Recording | None = None
        self._keep({})

    def record(self, **values: float) -> None:
        """Count a call, and at each ``every``-th record the model.

        Parameters
        ----------
        **values : float
            To keep and draw beside the distances, such as a loss; numbers or tensors of one.

        Raises
        ------
        InputError
            If the weights are not finite or all zero, or a value is no number.
        """
        self._calls += 1
        if self._calls % self.every == 0:
            self._keep({name: _number(name, value) for name, value in values.items()})

    @property
    def recording(self) -> Recording:
        """All records so far, compared.

        Raises
        ------
        InputError
            If there is a single record.
        """
        if self._recording is None:
            if len(self._subjects) < 2:
                raise InputError("nothing has been recorded after the start; call record()")
            index = Index(self._index)
            names = dict.fromkeys(name for told in self._told for name in told)
            self._recording = Recording(
                np.array([row.id.step for row in index], np.float64),
                distances_of(self._subjects, index, self.measures),
                {name: np.array([told.get(name, np.nan) for told in self._told]) for name in names},
            )
        return self._recording

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all records to one HDF5 file; :func:`topoprint.load_recording` reads it."""
        self.recording.save(path)

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Draw all records, as :meth:`Recording.plot`."""
        return self.recording.plot(path)

    def callback(self) -> Any:
        """Make a callback of Lightning that records at the end of each training epoch.

        With the metrics that the trainer knows then.

        Raises
        ------
        InputError
            If Lightning is not installed.
        """
        from topoprint.recording.lightning import callback_of

        return callback_of(self)

    def _keep(self, told: dict[str, float]) -> None:
        network = Network.from_torch(self._model, self._example)
        step = float(self._calls)
        row = replace(network.row, id=NetworkId(network="model", step=step))
        self._subjects.append(Subject(f"step {step:g}", lambda: network, cache=self._cache))
        self._index.append(row)
        self._told.append(told)
        self._recording = None


def _number(name: str, value: Any) -> float:
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{name} is no number ({error}); record numbers") from error
