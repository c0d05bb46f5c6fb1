"""Text for files that people open in a spreadsheet: none of it is taken for a formula."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of one


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading apostrophe marks it as text."""
    return "'" + text if text.startswith(FORMULA) else text
