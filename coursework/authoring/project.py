"""The repository: where it is, its address, and what the address is stamped into.

The address is written once, `repository = "OWNER/NAME"` under `[tool.course]` in pyproject.toml.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

COLAB = "https://colab.research.google.com"
INSTALL = 'python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ".[all]"'
OPEN = ".venv/bin/course lab"
_ADDRESS = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Project:
    """What pyproject.toml says: `repository` is "OWNER/NAME" or "", `tag` names the release."""

    root: Path
    repository: str
    tag: str

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
    return Project(root, course.get("repository", ""), course.get("tag", f"v{version}"))


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


def setup_cell(project: Project) -> str:
    """The first code cell of every notebook: it installs the course in Colab, or says how to."""
    if project.repository:
        colab = f'%pip install -q --no-deps "{project.zip_address}"'
    else:
        colab = (
            'raise ModuleNotFoundError("Colab can\'t fetch the package: this copy has no "\n'
            '            "address yet. Its owner runs: course build --repository OWNER/NAME")'
        )
    return _SETUP.replace("COLAB_LINE", colab)


_SETUP = f"""\
# Setup. In Colab this fetches the course package; elsewhere it tells you how to install it.
import importlib.util

if importlib.util.find_spec("course_utils") is None:
    try:
        import google.colab
    except ImportError:
        raise ModuleNotFoundError(
            "course_utils is not installed. In the folder of the course:\\n"
            '    {INSTALL}\\n'
            "    {OPEN}"
        ) from None
    else:
        COLAB_LINE"""
