"""How diagrams are drawn as SVG: in steps, light and dark. Those of the course are described in
`coursework/diagrams`; `drawing.py` has the words to describe another one.
"""
