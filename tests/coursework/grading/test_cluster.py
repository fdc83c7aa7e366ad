"""Grading on a Dask cluster of three processes, one of them killed under way: the same marks."""

import pytest

pytest.importorskip("distributed")

from coursework.grading.batch import begin, grade_all
from coursework.grading.cluster import on_cluster
from coursework.grading.gradebook import latest
from coursework.grading.options import BatchOptions
from coursework.grading.pool import on_this_machine
from coursework.grading.submissions import find
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import RIGHT, SETUP, save

pytestmark = [pytest.mark.slow, sandboxed]
WRONG = "def roc_auc(a, b):\n    return 0.5"


def test_a_cluster_that_loses_a_process_gives_the_same_marks(tmp_path):
    from distributed import LocalCluster

    for i in range(40):
        save(
            tmp_path / "subs",
            f"s{i:02d}",
            [SETUP, RIGHT["roc_auc"] if i % 2 else WRONG, RIGHT["reconstruction_error"]],
        )
    files = find(tmp_path / "subs")
    calm = BatchOptions(out=tmp_path / "calm", seed=3)
    alone = begin(calm)
    list(grade_all(alone, files, calm, on_this_machine(2)))
    with LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        options = BatchOptions(out=tmp_path / "out", seed=3)
        spread = begin(options)
        for done, _ in enumerate(
            grade_all(spread, files, options, on_cluster(cluster.scheduler_address))
        ):
            if done == 6:
                next(iter(cluster.workers.values())).process.process.kill()
    expected = {b.file: (b.points, b.fault) for b in latest(alone, files)}
    assert {b.file: (b.points, b.fault) for b in latest(spread, files)} == expected
    assert sum(sum(p.values()) for p, _ in expected.values()) == 40 + 20 * 2
