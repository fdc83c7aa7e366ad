"""The first code cell of every notebook: it fetches the course in Colab, or says how to install it.

It installs the course alone, with `--no-deps`: on a learner's way nothing is imported that Colab
lacks, `tests/colab/test_imports.py` holds it to that.
"""

import json

from coursework.authoring.project import Project

INSTALL = 'python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ".[all]"'
OPEN = ".venv/bin/course lab"
TITLE = "# @title Setup: run this cell first"  # Colab shows it in place of the folded code

_FETCH = """\
if hosted and not find_spec("course_utils"):
    %pip install -q --no-deps "ADDRESS"
"""
_SETUP = f"""\
{TITLE}
import os
from importlib.util import find_spec
try:
    import google.colab as hosted
except ImportError:
    hosted = "KAGGLE_KERNEL_RUN_TYPE" in os.environ
FETCHif not find_spec("course_utils"):
    raise ModuleNotFoundError(
        REFUSED
        if hosted else "course_utils is not installed. In the folder of the course, run these:\\n"
        '    {INSTALL}\\n'
        "    {OPEN}\\n(on Windows: py for python3, .venv\\\\Scripts for .venv/bin)")"""


def setup_cell(project: Project) -> str:
    """The text of the cell, the same in every notebook."""
    fetch = _FETCH.replace("ADDRESS", project.zip_address) if project.repository else ""
    text = _SETUP.replace("FETCH", fetch)
    return text.replace("REFUSED", json.dumps(_refused(project), ensure_ascii=False))


def _refused(project: Project) -> str:
    """What a learner in Colab reads where the course can't be fetched."""
    if not project.repository:
        return "This copy has no address yet. Its owner runs: course build --repository OWNER/NAME"
    return f"{project.repository} is private, or its tag {project.tag} isn't pushed: ask its owner."
