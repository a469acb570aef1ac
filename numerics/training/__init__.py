"""Train networks of a cell on sequences."""

from longlag.names import listed
from longlag.numerics.training.initial import Initialisation
from longlag.numerics.training.network import TrainedNetwork
from longlag.numerics.training.trainer import train

__all__ = ["Initialisation", "TrainedNetwork", "train"]

listed(__name__)
