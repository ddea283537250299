"""What happens, as a person reads it in the terminal."""

from __future__ import annotations

from typing import Any


def as_text(thing: dict[str, Any]) -> str:
    """One happening in a line or a few."""
    kind = thing["type"]
    if kind == "message":
        return _message(thing)
    if kind == "ticket":
        rules = " ".join(f"{rule['table']}:{rule['row']}" for rule in thing["rules"])
        due = f", due {thing['due'][:16].replace('T', ' ')}" if thing["due"] else ""
        return (
            f"  # ticket {thing['id']} ({thing['kind']}) to {thing['unit']}{due}, "
            f"seen by: {thing['visibility']} [{rules}]"
        )
    if kind == "rating":
        comment = f" «{thing['comment']}»" if thing["comment"] else ""
        return f"  # rating {thing['value']} to {thing['unit']}{comment}"
    if kind == "reload":
        return f"  # {thing['told']}"
    if kind == "error":
        return f"  ! {thing['error']}"
    rest = ", ".join(f"{key} {value}" for key, value in thing.items() if key != "type" and value)
    return f"  # {kind} {rest}".rstrip()


def _message(thing: dict[str, Any]) -> str:
    indented = thing["text"].replace("\n", "\n    ")
    buttons = "".join(f" [{label}]" for label in thing["buttons"])
    cost = f" ({thing['segments']} SMS)" if thing["segments"] else ""
    return f"  {thing['channel']} {thing['to']}{cost}:\n    {indented}{buttons}"
