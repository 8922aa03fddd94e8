"""What torch computes is the reference of modules: without it they are not collected."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["test_answers_of_modules.py"]
