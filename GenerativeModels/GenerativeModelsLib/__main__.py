"""`python -m GenerativeModelsLib`, for where the command is not on the path."""

from GenerativeModelsLib.cli.main import main

if __name__ == "__main__":
    main()
