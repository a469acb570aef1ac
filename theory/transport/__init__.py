"""What a cell transports: its Jacobian, the product over a lag, effective learning rates."""
