"""Do the Colab badges open what this build wrote? Read from the files, and from the local tag.

`course build` asks nobody; `course build --prove` asks GitHub, as somebody who isn't signed in.
"""

import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping

from coursework.authoring.project import COLAB, Project

RAW = "https://raw.githubusercontent.com"
WHAT_A_BADGE_OPENS = ("notebooks", "course_utils", "coursework", "pyproject.toml")
_BADGE = re.compile(rf"{COLAB}/github/([^/]+/[^/]+)/blob/([^/]+)/([\w./-]+\.ipynb)\)")


def faulty_badges(files: Mapping[str, str], project: Project) -> list[str]:
    """What is wrong with the badges in generated files: {path: text}. [] where they all lead home.

    Every notebook has one, which names itself, at this address and tag, and so has the README.
    """
    if not project.repository:
        return []
    faults = []
    students = [f for f in files if f.endswith(".ipynb") and "/solutions/" not in f]
    for file in students:
        wanted = (project.repository, project.tag, file)
        badges = _badges(files[file])
        if badges[:1] != [wanted]:
            faults.append(f"{file}: its badge opens {badges[:1]}, not {wanted}")
    for badge in _badges(files.get("README.md", "")):
        if badge[:2] != (project.repository, project.tag) or badge[2] not in files:
            faults.append(f"README.md: a badge opens {badge}, which this build doesn't write")
    return faults


def _badges(text: str) -> list[tuple[str, str, str]]:
    return _BADGE.findall(text)


def publishing(project: Project) -> str:
    """What is left to do until the badges open this version; "" where its tag has all of it."""
    tag = project.tag
    known = _git(project, "rev-parse", "-q", "--verify", f"refs/tags/{tag}")
    if known is None:  # no git here, or no repository
        return ""
    push = f"git tag {tag} && git push origin HEAD {tag}"
    if known:
        return f"The badges open {project.repository} at {tag}. Commit, then: {push}"
    if _git(project, "diff", "--quiet", f"refs/tags/{tag}", "--", *WHAT_A_BADGE_OPENS):
        return (
            f"The badges open {tag}, and that tag has an older version than these files. Raise "
            "`version` in pyproject.toml, run `course build`, commit, tag and push."
        )
    return ""


def _git(project: Project, *words: str) -> int | None:
    """The exit status; None where this is no repository of its own."""
    if not (project.root / ".git").exists():
        return None
    try:
        return subprocess.run(["git", *words], cwd=project.root, capture_output=True).returncode
    except FileNotFoundError:
        return None


def unreachable(project: Project, file: str, raw: str = RAW) -> str:
    """Why somebody who isn't signed in can't open a notebook; "" where they can."""
    if not project.repository:
        return "This copy has no address: course build --repository OWNER/NAME"
    address = f"{raw}/{project.repository}/{project.tag}/{file}"
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=20).close()
    except urllib.error.HTTPError as error:
        return (
            f"GitHub answers {error.code} for {file} of {project.repository} at {project.tag}. The "
            f"repository is private, or the tag isn't pushed. Make it public under Settings · "
            f"General on GitHub, or run: git push origin {project.tag}"
        )
    except (urllib.error.URLError, TimeoutError) as error:
        return f"GitHub can't be asked from here ({getattr(error, 'reason', error)}): try again."
    return ""
