"""Writes where the sources are published into the files that are read without them.

    python docs/address.py https://github.com/OWNER/topoprint [ADDRESS OF THE DOCUMENTATION]

README's links to files are written in full, for a package index resolves none of a repository; the
package's metadata get `Repository`, `Changelog` and `Documentation`, which the report page links;
CITATION.cff gets `repository-code`. With another address, that of the last time is replaced.
"""

import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent.parent
PICTURES = (".png", ".svg")


def write_address(folder: Path, repository: str, documentation: str | None = None) -> None:
    """Write the address of a repository into README.md, pyproject.toml and CITATION.cff.

    Parameters
    ----------
    folder
        Where the three files lie.
    repository
        The repository's page, ``https://HOST/OWNER/NAME``: its files are shown at ``/blob/main``,
        its pictures served at ``/raw/main``, as GitHub, GitLab and Codeberg have it.
    documentation
        The built documentation; without it, the repository's `docs`.

    Raises
    ------
    SystemExit
        The address is not one of a page of the web.
    """
    repository = repository.rstrip("/")
    if not re.fullmatch(r"https://[^/\s]+/[^\s]+", repository):
        sys.exit(f"{repository} is no address of a repository, such as https://host/owner/name")
    urls = {
        "Repository": repository,
        "Documentation": documentation or f"{repository}/blob/main/docs/index.md",
        "Changelog": f"{repository}/blob/main/CHANGELOG.md",
    }
    project = folder / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    former = tomllib.loads(text)["project"]["urls"].get("Repository")
    text = re.sub(r"^(Repository|Documentation|Changelog) = .*\n", "", text, flags=re.M)
    lines = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
    project.write_text(text.replace("[project.urls]\n", f"[project.urls]\n{lines}"), "utf-8")

    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8")
    if former:
        text = re.sub(rf"\]\({re.escape(former)}/(?:blob|raw)/main/", "](", text)

    def in_full(link: re.Match[str]) -> str:
        shown = "raw" if link[1].endswith(PICTURES) else "blob"
        return f"]({repository}/{shown}/main/{link[1]}"

    readme.write_text(re.sub(r"\]\((?!https?:|#)([^)#\s]+)", in_full, text), "utf-8")

    citation = folder / "CITATION.cff"
    text = re.sub(r"^repository-code: .*\n", "", citation.read_text(encoding="utf-8"), flags=re.M)
    named = f"\\1repository-code: {repository}\n"
    citation.write_text(re.sub(r"^(license: .*\n)", named, text, flags=re.M), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    write_address(HERE, *sys.argv[1:])
