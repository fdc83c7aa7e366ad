"""What some tests need: they are skipped on a machine without it, and `.ci/run` installs it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from coursework.authoring.browser import find_chromium
from coursework.authoring.vendored import VERSIONS, cache_folder

HAS_LIBRARIES = shutil.which("npm") or all(
    (cache_folder() / f"{name}-{version}").is_dir() for name, version in VERSIONS.items()
)
browser = pytest.mark.skipif(find_chromium() is None, reason="no Chromium here")
libraries = pytest.mark.skipif(not HAS_LIBRARIES, reason="no npm to fetch web libraries with")


@contextmanager
def drawn_data() -> Iterator[None]:
    """Notebooks executed inside this draw their data: no download, the same pixels everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SOURCE", "drawn")
        yield
