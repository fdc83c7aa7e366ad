"""Small networks, each in a file that can be read in a minute. Import them from their files.

Begin with `autoencoder.py`, `vae.py`, `flow.py` and `diffusion.py`. `conditional.py`, `style.py`
and `translation.py` build on them; `classifier.py` and `face_judge.py` measure pictures,
`stacked.py` trains several seeds at once, and `mixture.py` is a generator without a network. A
GAN's networks and losses stand in notebook 06, where you write them.
"""
