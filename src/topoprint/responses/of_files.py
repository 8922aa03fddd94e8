"""The stage ``respond`` on anybody's networks: files of dense layers and probes → responses."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.identity import Index
from topoprint.networks.files import read_id
from topoprint.networks.network import Network
from topoprint.responses.activations import answering_network
from topoprint.responses.responses import SAMPLES, Responses, digest_of_inputs


def respond_to_probes(
    probes: NDArray[Any], networks: Sequence[Path], own: bool = False
) -> tuple[Index, list[Responses], dict[str, str | int]]:
    """Let networks of files answer probes.

    Parameters
    ----------
    probes : ndarray, shape (n, features)
    networks : sequence of path
        Of chained dense layers, between which ReLU is taken to stand.
    own : bool
        Whether the outputs of all hidden layers are kept, for all probes.

    Returns
    -------
    index : Index
    responses : list of Responses
    parameters : dict
        Which probes they are to.

    Raises
    ------
    InputError
        If a file cannot be read, or its network cannot answer; it is named.
    """
    rows, responses = [], []
    for path in networks:
        network = Network.load(path)
        try:
            answer = answering_network(network).answer(probes).responses()
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        rows.append(replace(network.row, id=read_id(path)))
        responses.append(answer if own else replace(answer, own=()))
    told: dict[str, str | int] = {"samples": SAMPLES, "inputs": digest_of_inputs(probes)}
    return Index(rows), responses, told | ({"own": len(probes)} if own else {})
