"""The repository: where it is, its address, and what the address is stamped into.

The address is written once, `repository = "OWNER/NAME"` under `[tool.course]` in pyproject.toml.
`generative_ai = false` beside it turns Colab's generative completion off in every notebook.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

COLAB = "https://colab.research.google.com"
_ADDRESS = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Project:
    """What pyproject.toml says: `repository` is "OWNER/NAME" or "", `tag` names the release.

    generative_ai: whether Colab may complete code in these notebooks.
    """

    root: Path
    repository: str
    tag: str
    generative_ai: bool = True

    @property
    def zip_address(self) -> str:
        return f"https://github.com/{self.repository}/archive/refs/tags/{self.tag}.zip"

    def colab_address(self, stem: str) -> str:
        return f"{COLAB}/github/{self.repository}/blob/{self.tag}/notebooks/{stem}.ipynb"

    def badge(self, stem: str) -> str:
        """Markdown of the "Open in Colab" badge of one notebook."""
        image = f"{COLAB}/assets/colab-badge.svg"
        return f"[![Open in Colab]({image})]({self.colab_address(stem)})"


def find_root(start: Path | None = None) -> Path:
    """The repository around `start` (or the current folder), else the one of this package."""
    here = (start or Path.cwd()).resolve()
    package = Path(__file__).resolve().parents[2]
    for folder in (here, *here.parents, package):
        if (folder / "pyproject.toml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise FileNotFoundError(f"{here} is in no copy of the course: go to its folder and try again")


def read_project(root: Path) -> Project:
    data = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    course = data.get("tool", {}).get("course", {})
    version = data.get("project", {}).get("version", "0")
    completes = course.get("generative_ai", True)
    if not isinstance(completes, bool):
        raise ValueError(
            f"generative_ai = {completes!r} in {root / 'pyproject.toml'}: write true or false"
        )
    return Project(root, course.get("repository", ""), course.get("tag", f"v{version}"), completes)


def write_repository(root: Path, repository: str) -> None:
    """Write the address into pyproject.toml and leave every other character as it is."""
    if not _ADDRESS.fullmatch(repository):
        raise ValueError(f"{repository!r} is no OWNER/NAME: give it as in --repository ada/course")
    path = root / "pyproject.toml"
    text = path.read_bytes().decode("utf-8")
    line = f'repository = "{repository}"'
    table = re.search(r"^\[tool\.course\][^\n]*\n", text, re.MULTILINE)
    if table is None:
        text = text.rstrip("\n") + f"\n\n[tool.course]\n{line}\n"
    else:
        end = re.compile(r"^\[", re.MULTILINE).search(text, table.end())
        body = text[table.end() : end.start() if end else len(text)]
        changed, count = re.subn(r'^repository *= *"[^"]*"', line, body, flags=re.MULTILINE)
        changed = changed if count else f"{line}\n{body}"
        text = text[: table.end()] + changed + text[table.end() + len(body) :]
    if tomllib.loads(text)["tool"]["course"]["repository"] != repository:
        raise ValueError(f"write `{line}` under [tool.course] in {path} by hand")
    path.write_bytes(text.encode("utf-8"))
