"""Small convolutional networks: their shape, which the file of one keeps, without torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from topoprint.errors import InputError
from topoprint.networks.maps import convolution_pairs

# Key of a network's metadata that holds its shape.
KEY = "convnet"
# The image is halved after each of the first convolutions, as far as this many pixels are left.
HALVINGS, SMALLEST = 2, 4
# Width and height of the maps that the last layer reads, or of the image where that is smaller.
POOLED = 2


@dataclass(frozen=True)
class ConvNet:
    """Shape of a small convolutional network.

    ``depth`` convolutions of ``kernel`` × ``kernel`` pixels, which keep the size of the image (zero
    padding) and have ``channels`` outputs each, with ReLU. After each of the first two, max pooling
    halves the image, where 4 × 4 pixels are left. The mean of each quarter of the last maps, of
    every channel, goes into one dense layer that scores the labels. With ``residual``, what enters
    a convolution, the first apart, is added to what it gives, before ReLU.

    Attributes
    ----------
    shape : tuple of int
        Channels, height and width of an image, of which a sample is the flattened one.
    outputs, channels, depth, kernel : int
    residual : bool
    """

    shape: tuple[int, int, int]
    outputs: int
    channels: int
    depth: int
    kernel: int
    residual: bool

    @property
    def inputs(self) -> int:
        """Numbers in one image."""
        channels, height, width = self.shape
        return channels * height * width

    @property
    def halvings(self) -> int:
        """Number of poolings, the last apart."""
        return _halvings(self.shape, self.depth)

    def image(self, layer: int) -> tuple[int, int]:
        """Height and width of what a convolution reads, the first being 0, and gives."""
        halved = min(layer, self.halvings)
        return self.shape[1] >> halved, self.shape[2] >> halved

    @property
    def pooled(self) -> tuple[int, int]:
        """Height and width of the maps that the last layer reads."""
        height, width = self.image(self.depth)
        return min(POOLED, height), min(POOLED, width)

    @property
    def n_units(self) -> int:
        """Number of outputs of the convolutions, with what pooling leaves of them."""
        found = self.inputs
        for layer in range(self.depth):
            height, width = self.image(layer)
            found += self.channels * height * width
        return found

    @property
    def n_edges(self) -> int:
        """Number of weights where they are used, and of biases; without wires."""
        before, found = self.shape[0], 0
        for layer in range(self.depth):
            image = self.image(layer)
            around = [(self.kernel // 2, self.kernel // 2)] * 2
            pairs, _ = convolution_pairs(image, (self.kernel,) * 2, (1, 1), around, (1, 1))
            found += self.channels * (before * sum(map(len, pairs)) + image[0] * image[1])
            before = self.channels
        height, width = self.pooled
        return found + self.outputs * (self.channels * height * width + 1)

    def to_json(self) -> dict[str, Any]:
        """Give JSON values, as the metadata of a file hold them."""
        return {**asdict(self), "shape": list(self.shape)}

    @classmethod
    def from_json(cls, told: Any) -> "ConvNet":
        """Read what :meth:`to_json` gave; InputError if it is none."""
        try:
            channels, height, width = map(int, told["shape"])
            made = cls(
                (channels, height, width),
                int(told["outputs"]),
                int(told["channels"]),
                int(told["depth"]),
                int(told["kernel"]),
                bool(told["residual"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"its metadata {KEY!r} are no convolutional network's ({error}); train it again"
            ) from error
        check_images(made.shape, made.depth, made.kernel)
        return made


def convnet_of(metadata: Mapping[str, Any]) -> ConvNet | None:
    """Read the shape of a network from its metadata; None if it is no convolutional network."""
    return ConvNet.from_json(metadata[KEY]) if KEY in metadata else None


def check_images(shape: tuple[int, ...], depth: int, kernel: int) -> None:
    """Refuse samples that are no images, or smaller ones than the kernel.

    Raises
    ------
    InputError
        That says what they are.
    """
    if len(shape) != 3 or min(shape) < 1:
        raise InputError(
            f"one sample has the shape {shape}; a convolutional network sees images, (channels, "
            "height, width)"
        )
    last = min(depth - 1, _halvings(shape, depth))
    height, width = shape[1] >> last, shape[2] >> last
    if kernel > min(height, width):
        where = f" that convolution {last + 1} reads of {shape[1]} × {shape[2]}" if last else ""
        raise InputError(
            f"a kernel of {kernel} × {kernel} is larger than the {height} × {width} pixels{where}"
        )


def _halvings(shape: tuple[int, ...], depth: int) -> int:
    """Count the poolings that leave pixels enough, one a convolution at most."""
    side, found = min(shape[1:]), 0
    while found < min(HALVINGS, depth) and side >> (found + 1) >= SMALLEST:
        found += 1
    return found
