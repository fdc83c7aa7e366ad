"""`course grade`: submissions in, marks and feedback out, without trusting the code it grades.

The trust boundary is `inside/` (what runs in the sandbox) against everything else (the judge).
Reading order: `inside/`, `package.py` (what the sandbox sees of the course), `sandbox.py` (the
zygote in its sandbox), `judge.py` (the judge's side of the conversation), `meter.py` (the time that
counts), `session.py` (one worker), `examination.py` (one submission), `grader.py` (from a file to
its result), `pool.py` (many graders), `batch.py` (a whole batch), then `results.py` and what
`report.py` writes from them.

The words: a *worker*, forked from the *zygote*, runs the cells of one submission in the sandbox.
The *judge* asks the worker for answers and gives *verdicts*. A *grader* turns submissions into
*results*, one after the other, in a process of its own. A *batch* is all that is graded at once.
"""
