"""Run the command line as ``python -m longlag``."""

from longlag.cli import main

if __name__ == "__main__":
    main()
