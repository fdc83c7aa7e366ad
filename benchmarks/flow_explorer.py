"""The flows that the explorer `flow_grid` shows, as tables of what their networks say.

`python -m benchmarks.flow_explorer` trains two flows in the plane (ten seconds), tabulates scale
and shift of each coupling along the coordinate that it keeps, and writes both into the explorer.
"""

from __future__ import annotations

import json
import re

import torch

from course_utils.data.toy import toy_density
from course_utils.device import set_seed
from course_utils.explorers import FOLDER
from course_utils.models.flow import RealNVP, train_flow

PLACES, REACH, SEED = 97, 6.0, 0


@torch.no_grad()
def tables(flow: RealNVP) -> dict[str, object]:
    """From noise to data: for each coupling the entry that it keeps, and s and t along it."""
    line = torch.linspace(-REACH, REACH, PLACES)
    couplings = []
    for coupling in reversed(flow.couplings):
        keeps = int(coupling.mask.argmax())
        kept = torch.zeros(PLACES, 2)
        kept[:, keeps] = line
        s, t = coupling.scale(kept)[:, 1 - keeps], coupling.shift(kept)[:, 1 - keeps]
        couplings.append({"keeps": keeps, "s": _short(s), "t": _short(t)})
    return {"mean": _short(flow.mean), "sd": _short(flow.sd), "couplings": couplings}


def _short(values: torch.Tensor) -> list[float]:
    return [round(value, 2) for value in values.tolist()]


def main() -> None:
    torch.set_num_threads(1)
    found = {}
    for name in ("two_moons", "ring"):
        x = toy_density(name).sample(20_000, set_seed(SEED))
        flow, _ = train_flow(x, 8, 32, 12, lr=5e-3, seed=SEED, progress=False)
        found[name.replace("_", " ")] = {"reach": REACH, **tables(flow)}
    path = FOLDER / "flow_grid.html"
    text = json.dumps(found, separators=(",", ":"))
    page = re.sub(r"const FLOWS = .*;", f"const FLOWS = {text};", path.read_text(encoding="utf-8"))
    path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
