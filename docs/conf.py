"""The documentation, built by Sphinx: `make docs`."""

import re
from typing import Any

import topoprint

project = "topoprint"
author = copyright = "The topoprint authors"
version = release = topoprint.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["reproduction/*/README.md"]
html_theme = "furo"
html_title = "topoprint"

# The prose links as it is read in the repository, with its headings' anchors.
myst_heading_anchors = 4
# Tutorials are run when the pages are built, and a cell that fails is an error.
nb_execution_mode = "force"
nb_execution_timeout = 60
nb_execution_raise_on_error = True

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = False
napoleon_use_ivar = True

# A page cannot link to a folder of the repository, nor to its README: it shows the name.
ON_DISK = re.compile(
    r"\[([^\]]+)\]\(((?:reproduction|\.\./results|\.\./config)(?:/\w+)*(?:/README\.md)?)\)"
)


def setup(app: Any) -> None:
    """Show folders by their names; all other links that lead nowhere are errors."""
    app.connect("source-read", name_folders)


def name_folders(_app: Any, _page: str, source: list[str]) -> None:
    """Take the links to folders out of a page."""
    source[0] = ON_DISK.sub(r"\1", source[0])
