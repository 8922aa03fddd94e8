from support import ROOT

from topoprint.experiment.architectures import Architecture
from topoprint.experiment.config import Config, load_config, parse_config
from topoprint.experiment.design import cells, networks
from topoprint.identity import stream


def shipped() -> Config:
    return load_config(ROOT / "config.yaml")


def test_the_19_networks_of_table_1() -> None:
    found = networks(shipped(), "digits")
    assert list(found) == [
        *(f"layer_size-{size}" for size in (128, 256, 512, 1024)),
        *(f"number_of_layers-{count}" for count in (2, 4, 6, 8, 10)),
        *(f"input_order-{order}" for order in (1, 2, 3, 4, 5)),
        *(f"number_of_labels-{labels}" for labels in (2, 4, 6, 8, 10)),
    ]
    base = Architecture()
    assert (base.layer_size, base.number_of_layers, base.number_of_labels) == (512, 2, "all")
    changed = {
        name: {key for key in Architecture.model_fields if getattr(a, key) != getattr(base, key)}
        for name, a in ((name, spec.architecture) for name, spec in found.items())
    }
    assert all(len(keys) <= 1 for keys in changed.values())
    assert [name for name, keys in changed.items() if not keys] == [
        "layer_size-512",
        "number_of_layers-2",
    ]


def test_95_cells_of_different_streams() -> None:
    found = list(cells(shipped()))
    assert len(found) == 95
    assert len({stream(cell.dataset, cell.network, cell.seed) for cell in found}) == 95


def test_an_experiment_may_change_several_keys() -> None:
    config = parse_config(
        {
            "datasets": [{"name": "digits", "type": "digits"}],
            "experiments": [
                {"name": "shape", "networks": [{"number_of_layers": 4, "layer_size": 64}]}
            ],
        }
    )
    ((name, spec),) = networks(config, "digits").items()
    assert (name, spec.architecture) == (
        "shape-64_4",
        Architecture(layer_size=64, number_of_layers=4),
    )


def test_a_spec_holds_what_training_reads_and_nothing_else() -> None:
    config = shipped()
    other = config.model_copy(update={"seeds": [9], "distances": None, "data": None})
    specs = networks(config, "digits")
    assert specs == networks(other, "digits")
    assert specs["layer_size-128"] != specs["layer_size-256"]


def test_streams_are_fixed_for_ever() -> None:
    assert stream("digits", "layer_size-512", 1) == 1_597_911_151_658_614_641
    assert 0 <= stream("a") < 2**63


def test_a_data_set_may_have_experiments_and_training_of_its_own() -> None:
    config = parse_config(
        {
            "datasets": [
                {"name": "digits", "type": "digits"},
                {
                    "name": "other",
                    "type": "digits",
                    "training": {"batch_size": 256},
                    "experiments": [
                        {"name": "number_of_labels", "networks": [{"number_of_labels": 3}]},
                        {"name": "narrow", "networks": [{"layer_size": 2}]},
                    ],
                },
            ],
            "training": {"epochs": 7},
            "experiments": [
                {"name": "number_of_labels", "networks": [{"number_of_labels": 2}]},
                {"name": "layer_size", "networks": [{"layer_size": 8}]},
            ],
        }
    )
    assert list(networks(config, "digits")) == ["number_of_labels-2", "layer_size-8"]
    assert list(networks(config, "other")) == ["number_of_labels-3", "layer_size-8", "narrow-2"]
    training = networks(config, "other")["narrow-2"].training
    assert (training.epochs, training.batch_size) == (7, 256)
    assert networks(config, "digits")["layer_size-8"].training.batch_size == 128
    assert len(list(cells(config))) == 25
