"""The project's own files agree with each other and with what they promise."""

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from coursework import exercises
from coursework.authoring.setup_cell import INSTALL, OPEN
from coursework.authoring.source import find_sources, read_source
from coursework.checking import Question

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
WIDTH = PYPROJECT["tool"]["ruff"]["line-length"]
A_SENTENCE = re.compile(r"""\s*(\w+ ?= ?)?[fr]?("(\\.|[^"\\])*"|'(\\.|[^'\\])*'),?""")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split("\n")
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def requirements() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    texts = PROJECT["dependencies"] + [text for extra in extras for text in extra]
    return [Requirement(text) for text in texts if not text.startswith("course-utils[")]


def test_every_dependency_has_a_tested_version_within_its_bounds():
    tested = constraints()
    for requirement in requirements():
        assert requirement.name in tested, requirement
        assert requirement.specifier.contains(tested[requirement.name]), requirement


def test_constraints_are_names_and_versions_without_addresses():
    for name, version in constraints().items():
        assert re.fullmatch(r"[a-z0-9.-]+", name) and re.fullmatch(r"[0-9a-z.]+", version)
    assert "://" not in (ROOT / "constraints.txt").read_text()
    (torch,) = [found for found in requirements() if found.name == "torch"]
    assert not torch.specifier.contains("2.13.0")


def test_all_means_all_extras():
    extras = set(PROJECT["optional-dependencies"]) - {"all"}
    (everything,) = PROJECT["optional-dependencies"]["all"]
    assert Requirement(everything).extras == extras >= {"test", "authoring", "grading", "cluster"}


def test_conda_gets_what_pip_gets():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, from_pip = conda["dependencies"]
    assert pip == "pip"
    assert from_pip == {"pip": ["-c constraints.txt", "-e .[all]"]}
    allowed = SpecifierSet(python.removeprefix("python"))
    wanted = SpecifierSet(PROJECT["requires-python"])
    named = {text.rpartition(" ")[2] for text in PROJECT["classifiers"] if "Python :: 3." in text}
    assert named == {"3.11", "3.12", "3.13"}
    for minor in range(8, 20):
        version = f"3.{minor}"
        assert allowed.contains(version) == (version in named)
        assert wanted.contains(version) or version not in named


def test_the_version_is_written_once_more_and_agrees():
    text = (ROOT / "course_utils" / "__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{PROJECT["version"]}"' in text
    assert PROJECT["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_readme_first_cell_and_ci_use_the_same_two_commands():
    assert f"{INSTALL} && {OPEN}\n" in README
    tests = f"{INSTALL} && .venv/bin/pytest\n"
    assert README.count(tests) == 1
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (pattern,) = re.findall(r"grep -m 1 '([^']+)' README.md", script)
    found = [line for line in README.split("\n") if re.search(pattern, line)]
    assert found == [tests.strip()]
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    steps = [step.get("run") for step in workflow["jobs"]["tests"]["steps"]]
    assert ".ci/run" in steps
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_hooks_run_the_programs_of_the_course_and_download_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    programs = [hook["entry"].split(" --")[0] for hook in hooks]
    assert programs == [".venv/bin/ruff check", ".venv/bin/ruff format", ".venv/bin/course build"]


def test_readme_lists_every_notebook_and_every_link_leads_somewhere():
    for path in find_sources(ROOT):
        source = read_source(path, ROOT)
        assert f"[{source.title}](notebooks/{source.stem}.ipynb) | {source.minutes} |" in README
    for document in ("README.md", "CONTRIBUTING.md", "data/README.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)\)", text):
            if "://" not in target:
                assert (ROOT / document).parent.joinpath(target).exists(), (document, target)


def test_readme_promises_no_more_exercises_than_there_are():
    told = re.search(r"(\d+) hours\b.*?(\d+) functions\b.*?(\d+) questions\b", README, re.DOTALL)
    assert told
    hours, functions, questions = map(int, told.groups())
    every = [exercises.get(name) for name in exercises.names()]
    asked = sum(isinstance(exercise, Question) for exercise in every)
    assert functions < len(every) - asked < functions + 20
    assert questions < asked < questions + 20
    minutes = sum(read_source(path, ROOT).minutes for path in find_sources(ROOT))
    assert abs(minutes / 60 - hours) < 2


def test_the_picture_has_alt_text():
    for alt in re.findall(r"!\[([^\]]*)\]", README):
        assert len(alt) > 10


@pytest.mark.parametrize("word", [r"\bsimply\b", r"\bobviously\b", r"\w!(\s|$)"])
def test_plain_words(word):
    prose = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *find_sources(ROOT)]
    for path in prose:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            cells = read_source(path, ROOT).cells
            text = "\n".join(cell.text for cell in cells if cell.kind == "markdown")
        found = re.search(word, re.sub(r"`[^`]*`|\$[^$]*\$", "", text))
        assert not found, f"{path.name}: {found}"


def test_notebooks_use_nothing_that_colab_lacks():
    banned = (
        "%load_ext autoreload",
        "from IPython.core.display import display",
        "set_matplotlib_formats",
        "Image(alt=",
    )
    for path in (ROOT / "notebooks").glob("**/*.ipynb"):
        text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
        assert not [word for word in banned if word in text], path.name


def test_files_are_short_and_named_for_what_they_hold():
    for path in [*ROOT.glob("course_utils/**/*.py"), *ROOT.glob("coursework/**/*.py")]:
        lines = len(path.read_text(encoding="utf-8").split("\n"))
        assert lines <= 300, f"{path.relative_to(ROOT)} has {lines} lines"
        assert path.stem not in {"utils", "helpers", "common"}


def test_lines_of_code_are_short():
    """A line may be longer only if it is nothing but a sentence in quotes: `title="…",`."""
    long = []
    for folder in ("course_utils", "coursework", "tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
                if len(line) > WIDTH and not A_SENTENCE.fullmatch(line):
                    long.append(f"{path.relative_to(ROOT)}:{number}: {len(line)} columns")
    assert not long, f"{len(long)} lines are longer than {WIDTH}:\n" + "\n".join(long[:20])


def test_functions_are_short():
    """Exercises are left out: there, a function may be a table of mistakes."""
    for folder in ("course_utils", "coursework"):
        paths = set((ROOT / folder).rglob("*.py")) - set((ROOT / folder).glob("exercises/**/*.py"))
        for path in sorted(paths):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = node.end_lineno - node.lineno + 1
                    assert lines <= 40, f"{path.relative_to(ROOT)}: {node.name} has {lines} lines"


def test_the_learners_modules_have_no_circles():
    """No module of `course_utils` imports one that, directly or not, imports it."""
    imports = {}
    for path in (ROOT / "course_utils").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
        imports[name] = {module for module in found if module.startswith("course_utils.")}
    order = TopologicalSorter(imports)
    assert len(list(order.static_order())) >= len(imports) > 30


def test_only_the_door_names_coursework():
    for path in (ROOT / "course_utils").rglob("*.py"):
        if path != ROOT / "course_utils" / "__init__.py":
            assert "import coursework" not in path.read_text(encoding="utf-8"), path
            assert "from coursework" not in path.read_text(encoding="utf-8"), path


def test_a_learner_can_read_the_package_in_an_evening():
    """All of `course_utils` but what draws and loads data, counted without blank lines."""
    learners = 0
    for path in (ROOT / "course_utils").rglob("*.py"):
        if path.relative_to(ROOT / "course_utils").parts[0] != "data":
            lines = path.read_text(encoding="utf-8").split("\n")
            learners += sum(bool(line.strip()) for line in lines)
    assert learners < 3_000


def test_importing_the_package_is_light():
    code = "import sys, course_utils; print(*(m in sys.modules for m in ('torch', 'IPython', 'matplotlib')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"] * 3


def test_ruff_is_content():
    command = [sys.executable, "-m", "ruff", "check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
