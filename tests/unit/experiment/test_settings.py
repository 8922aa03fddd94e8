"""The table of all settings, as config/README.md has it."""

import yaml
from support import ROOT

from topoprint.experiment.settings import markdown


def test_the_table_of_settings_is_that_of_the_models() -> None:
    text = (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert markdown() in text  # `topoprint config --markdown` prints it


def test_every_setting_of_the_config_has_a_row_that_says_what_it_is() -> None:
    rows = [line.strip("| ").split(" | ") for line in markdown().splitlines()[2:]]
    told = {row[0].strip("`"): row[1:] for row in rows}
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    leaves = {
        f"{key}.{inner}" if isinstance(value, dict) else key
        for key, value in config.items()
        for inner in (value if isinstance(value, dict) else [""])
    }
    assert leaves <= told.keys()
    assert all(len(row) == 2 and row[1] for row in told.values())
    assert told["base.kind"][1].startswith("mlp: ")
    assert "; conv: " in told["base.kind"][1]
