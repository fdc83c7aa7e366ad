"""What runs inside the sandbox, with the student's code. It holds no reference, input or verdict.

Read `wire.py` (frames), `values.py` and `reading.py` (what may cross), `peer.py`, `remote.py` and `changes.py`
(calls and gradients), `mirror.py` (modules): the judge uses these too. Then `confine.py`, `cells.py`,
`worker.py` and `zygote.py`.
"""
