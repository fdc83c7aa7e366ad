"""What turns notebooks into a course; a student never has to open it.

`checking` judges a function, `exercises` says what each has to do, `authoring` makes notebooks,
slides and site from one source, `grading` marks submissions, and `cli` is the program `course`.
"""
