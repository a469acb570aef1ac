"""Golden files are results: tests read them, pytest does not collect them."""

collect_ignore_glob = ["*"]
