"""Small networks, each in a file that can be read in a minute. Import them from their files.

`autoencoder.py` and `vae.py` are what the notebooks train; `classifier.py` measures how good
pictures are, and `mixture.py` is a generator without a network.
"""
