# The experiment, as workflow/Snakefile has it: `snakemake` here runs it with config.yaml.
include: "workflow/Snakefile"


workflow.default_target = "all"  # an included file sets none
