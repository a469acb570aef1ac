"""Values of expressions in balls: at points, and over boxes, with every rounding enclosed."""
