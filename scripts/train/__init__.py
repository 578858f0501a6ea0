"""Training of the shipped model; `python3 -m scripts.train --help`. One idea a file."""
