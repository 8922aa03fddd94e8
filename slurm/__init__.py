"""What a run on a SLURM cluster needs beside its profile."""
