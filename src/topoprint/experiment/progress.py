"""What a training tells on stderr while it runs: epochs, loss and time left."""

import sys
import time

# Small networks train in a second, hundreds of them in a run: no more than a line in this time.
SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Tells of the epochs of one training, the last always, others now and then.

    Parameters
    ----------
    what : str
        What is trained.
    epochs : int
        How many epochs it takes.
    done : int
        How many were done before it began.
    """

    def __init__(self, what: str, epochs: int, done: int = 0) -> None:
        self._what = what
        self._epochs = epochs
        self._done = done
        self._started = self._told = time.monotonic()

    def after(self, epoch: int, loss: float) -> None:
        """Tell that an epoch, counted from 1, ended with a mean loss."""
        now = time.monotonic()
        if epoch < self._epochs and now - self._told < SECONDS_BETWEEN_LINES:
            return
        self._told = now
        left = (now - self._started) / (epoch - self._done) * (self._epochs - epoch)
        print(
            f"{self._what}: epoch {epoch}/{self._epochs}, loss {loss:.4f}, {left:.0f} s left",
            file=sys.stderr,
            flush=True,
        )
