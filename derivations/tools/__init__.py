"""What derivations share: claims, verdicts on errors, the canvas of figures."""
