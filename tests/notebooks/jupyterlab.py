"""A JupyterLab of our own, and what a learner does in it: open a notebook, run all of its cells."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false"}',
}
# Every code cell has run, or one has failed, or JupyterLab asks something (a kernel that died). A
# folded cell has a placeholder instead of a prompt with a number; those below it have one.
ALL_DONE = """() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
        .filter(p => !p.closest('.jp-Placeholder'));
    const stopped = '[data-mime-type="application/vnd.jupyter.error"], .jp-Dialog';
    return document.querySelector(stopped) || prompts.every(p => /[0-9]/.test(p.textContent));
}"""
WAITING = """() => {
    const cells = [...document.querySelectorAll('.jp-CodeCell')]
        .filter(cell => !cell.querySelector('.jp-InputPlaceholder'));
    const prompt = cell => cell.querySelector('.jp-InputPrompt').textContent;
    const waiting = cells.filter(cell => !/[0-9]/.test(prompt(cell)));
    return waiting.length + ' of ' + cells.length + ' cells have not run, the first one:\\n'
        + (waiting.length ? waiting[0].querySelector('.cm-content, .CodeMirror').innerText : '');
}"""


@contextmanager
def serve(
    folder: Path, scratch: Path, python: str = sys.executable, options: Sequence[str] = ()
) -> Iterator[str]:
    """The address of a JupyterLab that shows `folder`, its token included."""
    for name, text in SETTINGS.items():
        path = scratch / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [python, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", "--allow-root"]
    command += [f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None", *options]
    environment = {
        **os.environ,
        "COURSE_SOURCE": "drawn",
        "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
    }
    log = scratch / "lab.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", log)
        yield f"http://127.0.0.1:{port}/lab?token={token}"
    finally:
        server.terminate()
        server.wait(timeout=120)


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise TimeoutError(f"JupyterLab didn't come up:\n{log.read_text()}")


def _stop_kernels(lab: str) -> None:
    for kernel in json.load(urllib.request.urlopen(lab.replace("/lab?", "/api/kernels?"))):
        address = lab.replace("/lab?", f"/api/kernels/{kernel['id']}?")
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE")).close()


def run_all(page: Page, lab: str, name: str) -> None:
    """Open notebook `name` and run every cell, from the menu as a learner does.

    In a workspace of its own: JupyterLab would open the notebooks of the test before as well, also
    where that was another folder's notebook of the same name.
    Kernels of tests before are stopped, each holds a gigabyte.
    AssertionError, with the first cell that waits, where not every cell has run.
    """
    _stop_kernels(lab)
    page.set_default_timeout(300_000)
    workspace = f"{Path(name).stem}-{secrets.token_hex(4)}"
    page.goto(lab.replace("/lab?", f"/lab/workspaces/{workspace}/tree/{name}?"))
    page.wait_for_selector(".jp-CodeCell .cm-content, .jp-CodeCell .CodeMirror")
    page.get_by_text("| Idle").wait_for()  # a kernel that is not there yet runs nothing
    page.get_by_role("menuitem", name="Run", exact=True).click()
    menu = page.locator(".lm-Menu-itemLabel, .p-Menu-itemLabel")  # JupyterLab 4, JupyterLab 3
    menu.get_by_text("Run All Cells", exact=True).first.click()
    with suppress(PlaywrightTimeout):
        page.wait_for_function(ALL_DONE, timeout=900_000)  # a busy machine
    asked = page.locator(".jp-Dialog").all_inner_texts()
    assert not asked, f"JupyterLab asks: {asked}"
    assert page.evaluate(ALL_DONE), page.evaluate(WAITING)
