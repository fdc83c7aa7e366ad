"""Measurements of what the course promises: `python -m benchmarks` runs all, writes README.md."""
