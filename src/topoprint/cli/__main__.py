"""Run the command as ``python -m topoprint.cli``."""

from topoprint.cli import main

main()
