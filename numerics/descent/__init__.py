"""Gradient descent on recurrent networks, run and compared with its bounds."""
