"""longlag: how long a lag can a recurrent network learn?"""

__version__ = "0.1.0"
