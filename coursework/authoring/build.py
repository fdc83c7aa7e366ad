"""`course build`: all sources to all notebooks, or nothing where a source has a problem."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursework.authoring.answer_keys import key_faults
from coursework.authoring.badges import faulty_badges, publishing
from coursework.authoring.catalog import with_table
from coursework.authoring.exercise_files import load_exercises
from coursework.authoring.ipynb import is_untouched, notebook_text
from coursework.authoring.leaks import find_leaks
from coursework.authoring.problems import BuildError, Problem
from coursework.authoring.project import Project, read_project, write_repository
from coursework.authoring.references import dead_references
from coursework.authoring.rules import Exercises, find_problems
from coursework.authoring.source import Source, find_decks, find_sources, read_source
from coursework.saying import counted


@dataclass
class BuildReport:
    """What a build did. Paths are relative to the repository.

    written, unchanged: generated files; stale: what `check` found to differ or to be left over;
    edited: student notebooks that somebody worked in and that were therefore left alone; dead:
    places that name a notebook which has no source.
    """

    project: Project
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    dead: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return bool(self.stale or self.edited)

    def lines(self) -> list[str]:
        """What to tell the person at the keyboard."""
        said = [f"wrote    {file}" for file in self.written]
        said += [f"removed  {file}" for file in self.removed]
        said += [f"stale    {file}" for file in self.stale]
        if self.stale:
            said.append("Run `course build` and commit what it writes.")
        said += [f"kept     {file}: somebody worked in it" for file in self.edited]
        if self.edited:
            said.append("Copy what you want to keep elsewhere, then `course build --force`.")
        if not said:
            said.append(f"Nothing to write: {counted(len(self.unchanged), 'file')} up to date.")
        if not self.project.repository:
            said.append(
                "No Colab badges: the address of this course is not set. "
                "Once: `course build --repository OWNER/NAME`."
            )
        elif left := publishing(self.project):
            said.append(left)
        return said + self._dead_lines()

    def _dead_lines(self) -> list[str]:
        if not self.dead:
            return []
        head = (
            "These places name notebooks that this edition doesn't have; change what a reader sees:"
        )
        return [head, *(f"  {place}" for place in self.dead)]


def build(
    root: Path,
    *,
    check: bool = False,
    repository: str | None = None,
    force: bool = False,
    confirmed: Sequence[str] = (),
    exercises: Exercises | None = None,
) -> BuildReport:
    """Write every student and solution notebook; with `check`, only say which are stale.

    repository: "OWNER/NAME", written into pyproject.toml first. force: also overwrite student
    notebooks that were edited by hand. confirmed: answers that fit their changed questions, "4.3b"
    or "all". Raises BuildError with every problem of every source.
    """
    if repository is not None and not check:
        write_repository(root, repository)
    project = read_project(root)
    report = BuildReport(project)
    wanted = generate(root, project, exercises or load_exercises(), confirmed)
    for file, text in wanted.items():
        _put(root / file, file, text, report, check, force)
    _tidy(root, set(wanted), report, check)
    report.dead = dead_references(root, [read_source(path, root) for path in find_sources(root)])
    return report


def generate(
    root: Path, project: Project, exercises: Exercises, confirmed: Sequence[str] = ()
) -> dict[str, str]:
    """Path and text of each generated file. Raises BuildError where a source has a problem."""
    sources = [read_source(path, root) for path in find_sources(root)]
    decks = [read_source(path, root) for path in find_decks(root)]
    if problems := find_problems([*sources, *decks], exercises):
        raise BuildError(problems)
    if problems := list(key_faults(sources, exercises, root, confirmed)):
        raise BuildError(problems)
    files: dict[str, str] = {}
    for source in sources:
        student, solution = (
            notebook_text(source, kind, project, exercises) for kind in ("student", "solution")
        )
        files[f"notebooks/{source.stem}.ipynb"] = student
        files[f"notebooks/solutions/{source.stem}.ipynb"] = solution
    stop_leaks(sources, [text for file, text in files.items() if "/solutions/" not in file])
    readme = root / "README.md"
    if readme.is_file():
        files["README.md"] = with_table(readme.read_text(encoding="utf-8"), sources, project)
    if faults := faulty_badges(files, project):
        raise BuildError([Problem("pyproject.toml", 1, fault) for fault in faults])
    return files


def stop_leaks(sources: list[Source], students: list[str]) -> None:
    """BuildError where a line of a solution stands in a student notebook."""
    if leaks := find_leaks(sources, students):
        text = f"a line of a solution would reach a student notebook: `{leaks[0]}`"
        raise BuildError([Problem(sources[0].file, 1, text)])


def _put(path: Path, file: str, text: str, report: BuildReport, check: bool, force: bool) -> None:
    current = path.read_bytes().decode("utf-8") if path.is_file() else None
    is_student = file.endswith(".ipynb") and "/solutions/" not in file
    if current == text:
        report.unchanged.append(file)
    elif check:
        report.stale.append(file)
    elif current is not None and is_student and not force and not is_untouched(current):
        report.edited.append(file)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        report.written.append(file)


def _tidy(root: Path, wanted: set[str], report: BuildReport, check: bool) -> None:
    """Remove notebooks that an earlier build wrote and that no source makes any more."""
    for path in sorted((root / "notebooks").glob("**/*.ipynb")):
        file = path.relative_to(root).as_posix()
        if file in wanted or not is_untouched(path.read_text(encoding="utf-8")):
            continue
        if check:
            report.stale.append(file)
        else:
            path.unlink()
            report.removed.append(file)
