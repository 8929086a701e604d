"""The one error that users cause and can mend."""


class InputError(ValueError):
    """An argument or an input file that cannot be used.

    The message is one sentence that names the argument or file, says what was found and how to mend it; the command
    line prints it alone and exits with 2.
    """
