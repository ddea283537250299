"""Worry about a grown-up, which is no matter of child welfare."""

from __future__ import annotations

import re

from intents.understood import Understood

OF_ADULT = re.compile(
    r"\b(?:far|faren|pappa|mor|mora|moren|mamma|foreldr\w*|bestemor|bestefar|mannen|kona|tante|"
    r"onkel|svigermor|svigerfar)\b(?: min| mi| mine| til)?",
    re.IGNORECASE,
)
OF_CHILD = re.compile(
    r"\b(?:barn\w*|unge[nr]?|ungan\w*|onga\w*|baby\w*|jent[ea]\w*|gut[te]*n?|elev\w*|naboje\w*|"
    r"nabogut\w*|sønn\w*|sonen?|datter\w*|dotter\w*|nies\w*|nevø\w*|søsken\w*|småsysken\w*|"
    r"bror\w*|søster\w*|syster\w*|tenåring\w*|\d+[- ]?åring\w*)\b",
    re.IGNORECASE,
)


def is_of_grown_up(heard: Understood) -> bool:
    """Worry about one's parents or spouse, no child named, is no matter of child welfare."""
    return (
        heard.role == "relative"
        and OF_ADULT.search(heard.text) is not None
        and OF_CHILD.search(heard.text) is None
    )
