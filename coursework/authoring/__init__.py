"""From one percent script to the student notebook, the solution notebook and the slides.

Reading order: `source` (a script becomes cells), `markers` (what is a solution), `rules` (what
stops the build), `ipynb` (cells become files), `build` (the command). Nothing that a learner
imports imports this folder.
"""
