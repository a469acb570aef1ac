"""The chapter on linear networks with long memory."""
