"""`course grade`: submissions in, marks and feedback out, without trusting the code it grades.

The trust boundary is `inside/` (what runs in the sandbox) against everything else (the judge).
Reading order: `inside/`, `package.py` (what the sandbox sees of the course), `sandbox.py` (the
sandbox), `session.py` (the judge's end of a worker), `judge.py` (one submission), then
`submissions.py`, `notebook.py`, `batch.py`, `results.py` and what is written from them.
"""
