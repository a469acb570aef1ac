"""The chapter on gradient descent."""
