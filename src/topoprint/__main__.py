"""Run the command as ``python -m topoprint``."""

from topoprint.cli import main

main()
