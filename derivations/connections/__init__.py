"""What the theories say together: clocks, prices and plateaus."""
