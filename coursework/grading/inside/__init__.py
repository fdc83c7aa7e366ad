"""What runs inside the sandbox, with the student's code. It holds no reference, input or verdict.

Read `wire.py` (frames), `values.py` and `reading.py` (what may cross), `kept.py` (what need not
cross again), `remote.py`, `changes.py` and `peer.py` (calls and gradients), `mirror.py` (modules):
the judge uses these too. Then
`confine.py` and `syscalls.py` (what a worker may do), `cells.py`, `worker.py` and `zygote.py`;
`breakout.py` tries whether all that holds. Nothing here imports from `coursework`: a copy of this
folder alone stands in the sandbox, beside the learner's `course_utils`.
"""
