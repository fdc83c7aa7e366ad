"""What a learner sees in JupyterLab before scrolling, at 1440 x 900: goal, picture, first thing."""

import json
import secrets
import shutil
from pathlib import Path

import pytest

from coursework.authoring.browser import open_page
from coursework.launcher import MAP, lab_options
from tests import needs
from tests.notebooks.jupyterlab import serve

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
LOWEST = "e => e.getBoundingClientRect().bottom"

pytestmark = [pytest.mark.slow, needs.browser]


def test_goal_picture_and_first_thing_are_seen_without_scrolling(lab):
    faults = []
    with open_page(1440, 900) as page:
        page.set_default_timeout(300_000)
        for path in PATHS:
            space = secrets.token_hex(4)
            page.goto(lab.replace("/lab?", f"/lab/workspaces/{space}/tree/{path.name}?"))
            page.wait_for_selector(".jp-MarkdownOutput >> text=Start here")
            for name, words in {
                "goals": "text=At the end you can",
                "start": "text=Start here",
            }.items():
                lowest = page.locator(f".jp-MarkdownOutput >> {words}").first.evaluate(LOWEST)
                if lowest > 860:
                    faults.append(f"{path.stem}: the {name} end at {lowest:.0f} of 900 pixels")
            picture = page.locator(".jp-MarkdownOutput img[src^='data:image/svg']")
            if not picture.count() or not picture.first.evaluate("e => e.naturalWidth > 100"):
                faults.append(f"{path.stem}: its picture isn't shown")
            if page.locator(".jp-CodeCell .cm-content", has_text="find_spec").count():
                faults.append(f"{path.stem}: the setup cell is unfolded")
    assert not faults, "\n".join(faults)


def test_the_map_stands_beside_the_notebook_and_opens_others(tmp_path):
    root = tmp_path / "course"
    (root / "notebooks" / "solutions").mkdir(parents=True)
    for path in PATHS[:2]:
        shutil.copy(path, root / "notebooks" / path.name)
    address, spaces, hidden = lab_options(root, root / "notebooks" / PATHS[0].name)
    where = address.partition("=")[2]
    globs = json.loads(hidden.partition("=")[2].replace("'", '"'))
    assert "solutions" in globs
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with serve(root, scratch, options=(spaces, hidden)) as lab, open_page(1440, 900) as page:
        page.set_default_timeout(300_000)
        page.goto(lab.replace("/lab?", f"{where}?"))
        page.wait_for_selector(".jp-CodeCell")
        listed = page.locator(".jp-DirListing-itemText").all_inner_texts()
        assert PATHS[0].name in listed and "solutions" not in listed
        page.locator(".lm-TabBar-tabLabel", has_text=MAP).click()
        page.locator(".jp-MarkdownViewer a", has_text="02 ·").first.click()
        page.locator(".lm-TabBar-tabLabel", has_text=PATHS[1].name[:12]).wait_for()
