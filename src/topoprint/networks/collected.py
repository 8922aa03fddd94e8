"""The stage ``collect``: file of a network that was trained elsewhere → one of the project."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from topoprint.identity import NetworkId
from topoprint.networks.convnets import KEY as CONVNET
from topoprint.networks.files import digest_of
from topoprint.networks.models import Model, load_with
from topoprint.networks.network import Network
from topoprint.networks.readers.choice import split_path
from topoprint.storage import name_of
from topoprint.validation import Strict


class CollectSpec(Strict):
    """What a network is called, and how its file is read.

    Attributes
    ----------
    identity : dict
        As :meth:`topoprint.NetworkId.to_json` gives it; by default the name of the file.
    group : str
    model : Model or None
        Its architecture, where the file has none.
    """

    identity: dict[str, Any] = Field(default_factory=dict)
    group: str = ""
    model: Model | None = None

    @field_validator("identity")
    @classmethod
    def _known(cls, identity: dict[str, Any]) -> dict[str, Any]:
        NetworkId.from_json(identity)
        return identity


def collect(path: Path, spec: CollectSpec | None = None) -> Network:
    """Read a network, with its architecture where one is given, and give it its name.

    Parameters
    ----------
    path : path
        As of :meth:`topoprint.Network.load`.
    spec : CollectSpec, optional

    Returns
    -------
    Network
        ``metadata["source"]`` says which file it is from, its SHA-256, and the architecture.

    Raises
    ------
    InputError
        As :func:`topoprint.networks.models.load_with`.
    """
    spec = spec or CollectSpec()
    network = load_with(path, spec.model)
    kept = ("coverage", "outside", CONVNET)  # what is not of its former identity
    known = {key: network.metadata[key] for key in kept if key in network.metadata}
    source = {"file": name_of(path), "sha256": digest_of(path)}
    source |= spec.model.model_dump(exclude_none=True) if spec.model else {}
    named = spec.identity or {"network": name_of(split_path(path)[0].stem)}
    about = {"identity": named, "group": spec.group, "source": source}
    return replace(network, metadata={**known, **about})
