"""The search for laws: which windows a family with free parameters has, and where they meet."""
