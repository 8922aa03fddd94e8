# The validated config, the plan of the run, and what every rule needs.
import os
import sys

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

from topoprint import InputError
from topoprint.experiment.config import parse_config
from topoprint.experiment.yaml_files import refuse_repeated_keys

from topoprint.workflow import along
from topoprint.workflow.given import refuse_wildcards, typed
from topoprint.workflow.jobs import one_of
from topoprint.workflow.group_errors import tell_why_groups_fail
from topoprint.workflow.members import CONTROL
from topoprint.workflow.needs import memory, minutes
from topoprint.workflow.paths import DIAGRAM, INITIAL, NETWORK, RANDOM_LABELS, RESPONSES
from topoprint.workflow.paths import DISTANCES, FIGURES, KEPT, MATRICES, TABLE
from topoprint.workflow.plan import Plan

# The command `topoprint` stands beside the Python that runs snakemake, activated or not.
# Conda environments install topoprint from the sources beside the Snakefile.
if OWN:
    sys.path.insert(0, str(HERE))
    os.environ.update(
        PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]),
        TOPOPRINT_SOURCE=str(HERE),
    )

try:
    refuse_wildcards(workflow.basedir, "the folder of the Snakefile")
    if OWN:
        for path in workflow.configfiles:
            refuse_repeated_keys(path)
        update_config(config, typed(workflow.config_settings.config))
        CONFIG = parse_config(config)
    else:
        with open(workflow.source_path("../../config.yaml"), encoding="utf-8") as file:
            laid = yaml.safe_load(file)
        update_config(laid, config)
        CONFIG = parse_config(laid)
    # Where the data lie is no parameter of a rule: another folder is no reason to rerun. `topoprint
    # prepare` takes it from the environment, where a user may have set it already.
    DATA_ROOT = Path(os.environ.get("TOPOPRINT_DATA", CONFIG.data.root))
    if OWN:
        os.environ.update(TOPOPRINT_DATA=str(DATA_ROOT))
    elif str(DATA_ROOT) != os.environ.get("TOPOPRINT_DATA", "data"):
        raise InputError(
            "data.root of a module is taken from TOPOPRINT_DATA: set it, or leave it"
        )
    PLAN = Plan(CONFIG, DATA_ROOT, workflow.remote_exec)
    PLAN.check()
except InputError as error:
    raise WorkflowError(str(error))

# On a cluster, jobs of a group run one after another: each takes the one `in_turn` that its group has
# (slurm/config.yaml asks for it). Jobs on a machine of one's own do not ask.
if OWN:
    workflow.register_resource("in_turn", 1)

    resource_scopes:
        in_turn="local",


# Below bars (--logger topoprint) what jobs say goes to their logs alone.
if OWN and os.environ.get("TOPOPRINT_BARS") and not workflow.remote_exec:
    shell.prefix("set -euo pipefail; exec 2> /dev/null; ")
