"""Stability and isotropy of a cell with random weights, from its one-step Jacobian."""
