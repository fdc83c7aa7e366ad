"""Explorers in JupyterLab: every slider, menu, box and button by keyboard, and the picture follows.

Only the explorers' cells run here, and what they need: the student notebooks as a whole run in
`test_student.py`, and notebook 01 in JupyterLab in `test_browser.py`.
"""

import json
from pathlib import Path
from statistics import median

import pytest

from coursework.authoring.browser import open_page
from tests import needs
from tests.notebooks.jupyterlab import run_all

ROOT = Path(__file__).resolve().parents[2]
EXPLORERS = ("from course_utils.widgets import", "from course_utils.explorers import")
NOTEBOOKS = [
    path.stem
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if any(explorer in path.read_text(encoding="utf-8") for explorer in EXPLORERS)
]
# The oldest widgets that are allowed draw the same sliders: some notebooks show that they do.
PLACES = [("lab", name) for name in NOTEBOOKS] + [("oldest_lab", name) for name in NOTEBOOKS[::3]]
CONTROLS = (
    ".noUi-handle, .ui-slider-handle, .widget-dropdown select, "
    ".widget-checkbox input, button.widget-button"
)
# JupyterLab keeps bare arrow keys for itself where a menu has the focus: open it first.
KEYS = {
    "DIV": (("ArrowRight",), ("ArrowLeft",)),
    "SELECT": (("Alt+ArrowDown", "ArrowDown", "Enter"), ("Alt+ArrowDown", "ArrowUp", "Enter")),
    "INPUT": (("Space",),),
    "BUTTON": (("Enter",),),
}
# Milliseconds from the key to the next picture (an <img> with new pixels, or a changed canvas).
WATCH = """() => {
  window.nextPicture = new Promise((resolve, reject) => {
    let start = null;
    const begin = () => { start = performance.now(); };
    document.addEventListener('keydown', begin, {capture: true});
    const seen = new MutationObserver(changes => {
      if (start === null || !changes.some(c => c.target.matches && c.target.matches('img'))) return;
      const image = changes.find(c => c.target.matches && c.target.matches('img')).target;
      const done = () => { seen.disconnect(); resolve(performance.now() - start); };
      image.complete ? done() : image.addEventListener('load', done, {once: true});
    });
    seen.observe(document.body, {subtree: true, attributes: true, attributeFilter: ['src']});
    setTimeout(() => reject(new Error('the picture did not change in 60 s')), 60000);
  });
}"""
# Milliseconds from the key to the drawing in a page of its own, which ends by writing its numbers.
DRAWN = """frame => new Promise(resolve => {
  const page = frame.contentDocument;
  let start = null;
  const begin = () => { start = performance.now(); };
  page.addEventListener('keydown', begin, {capture: true, once: true});
  const finish = (_, seen) => { seen.disconnect(); resolve(performance.now() - start); };
  new MutationObserver(finish)
    .observe(page.querySelector('#numbers'), {subtree: true, childList: true, characterData: true});
  setTimeout(() => resolve(null), 60000);
})"""
PIXELS = "frame => frame.contentDocument.querySelector('canvas').toDataURL()"


def test_most_notebooks_have_something_to_move():
    assert {name[:2] for name in NOTEBOOKS} >= {f"{number:02d}" for number in range(1, 9)}


@pytest.mark.slow
@needs.browser
@pytest.mark.parametrize(("where", "name"), PLACES)
def test_pictures_follow_the_keyboard(where, name, request, record_property):
    lab = request.getfixturevalue(where)
    with open_page(1280, 1000) as page:
        run_all(page, lab, f"explorers/{name}.ipynb")
        assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
        times = {}
        for index, control in enumerate(page.locator(CONTROLS).all()):
            if not control.is_visible() or not control.is_enabled():
                continue
            times[f"{index} {described(control)}"] = drive(page, control)
        shown = page.inner_text(".jp-Notebook")
        assert "Traceback" not in shown and "javascript error" not in shown
        for index, frame in enumerate(page.locator(".jp-OutputArea iframe").all()):
            times[f"page {index}"] = drive_page(page, frame)
    record_property("milliseconds", json.dumps(times))
    print(f"\n{name} in {where}: key to picture, median ms: {json.dumps(times)}")
    assert times, "no explorer in this notebook"


def described(control) -> str:
    label = control.locator("xpath=ancestor-or-self::*[contains(@class, 'jupyter-widgets')][1]")
    return (label.inner_text() or control.evaluate("e => e.tagName")).split("\n")[0][:30]


def drive(page, control, repeats: int = 5) -> float:
    """Milliseconds from key press to picture, the median of a few presses of the right key."""
    kind = control.evaluate("e => e.tagName")
    keys = KEYS["DIV" if kind not in KEYS else kind]
    taken = []
    for turn in range(repeats if kind != "BUTTON" else 2):
        if not control.is_enabled():
            break
        control.focus()
        page.evaluate(WATCH)
        for key in keys[turn % len(keys)]:
            page.keyboard.press(key)
        taken.append(page.evaluate("window.nextPicture"))
        page.wait_for_timeout(150)
    return round(median(taken), 1)


def drive_page(page, frame) -> float:
    """The same for a page in an iframe: its first slider moves, its canvas changes."""
    inside = frame.content_frame
    inside.locator("input[type=range]").first.focus()
    taken = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        before = frame.evaluate(PIXELS)
        watching = frame.evaluate_handle(f"frame => ({{done: ({DRAWN})(frame)}})")
        page.keyboard.press(key)
        taken.append(watching.evaluate("w => w.done"))
        assert taken[-1] is not None and frame.evaluate(PIXELS) != before, "nothing was drawn"
    return round(median(taken), 1)
