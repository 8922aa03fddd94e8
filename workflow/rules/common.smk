# The validated config, the plan of the run, and what every rule needs.
import os
import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

from topoprint import InputError
from topoprint.experiment.config import parse_config
from topoprint.experiment.yaml_files import refuse_repeated_keys

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from lib import along
from lib.given import refuse_wildcards, typed
from lib.group_errors import tell_why_groups_fail
from lib.plan import CONTROL, FIGURES, Plan, memory, minutes
from lib.plan import DIAGRAM, DISTANCES, INITIAL, NETWORK, RANDOM_LABELS, RESPONSES
from lib.plan import KEPT, MATRICES, TABLE

# The command `topoprint` stands beside the Python that runs snakemake, activated or not.
# Conda environments install topoprint from the sources beside the Snakefile.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]),
    TOPOPRINT_SOURCE=str(Path(workflow.basedir).resolve()),
)

try:
    refuse_wildcards(workflow.basedir, "the folder of the Snakefile")
    for path in workflow.configfiles:
        refuse_repeated_keys(path)
    update_config(config, typed(workflow.config_settings.config))
    CONFIG = parse_config(config)
    # Where the data lie is no parameter of a rule: another folder is no reason to rerun. `topoprint
    # prepare` takes it from the environment, where a user may have set it already.
    DATA_ROOT = Path(os.environ.setdefault("TOPOPRINT_DATA", CONFIG.data.root))
    PLAN = Plan(CONFIG, DATA_ROOT, workflow.remote_exec)
    for dataset in PLAN.datasets:
        for path in PLAN.own_file(dataset):
            refuse_wildcards(path, f"data set {dataset}")
except InputError as error:
    raise WorkflowError(str(error))

# On a cluster, jobs of a group run one after another: each takes the one `in_turn` that its group has
# (slurm/config.yaml asks for it). Jobs on a machine of one's own do not ask.
workflow.register_resource("in_turn", 1)


resource_scopes:
    in_turn="local",
