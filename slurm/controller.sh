#!/bin/sh
# Runs snakemake itself as a cluster job, where login nodes end long processes. From the root:
#   sbatch slurm/controller.sh                 everything
#   sbatch slurm/controller.sh digits          further arguments go to snakemake
# Activate the environment first (. .venv/bin/activate): the job inherits it. Set the partition and
# the time as your site wants them, here or as options of sbatch; a controller that ends too early
# loses nothing: submit it again.
#SBATCH --job-name=topoprint-controller
#SBATCH --output=topoprint-controller-%j.log
#SBATCH --ntasks=1 --cpus-per-task=1 --mem=1500
#SBATCH --time=24:00:00
set -eu
python workflow/unlock.py
exec snakemake --profile slurm "$@"
