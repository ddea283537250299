"""`samsvar serve`, and its parts as processes of their own: `web`, `worker`, `sender`."""

from __future__ import annotations

from typing import Annotated

import typer

from connectors.commands.processes import HealthPort, run_parts

PortOption = Annotated[
    int | None, typer.Option("--port", help="Instead of SAMSVAR_PORT.", show_default=False)
]


def serve_command(port: PortOption = None) -> None:
    """Serve: web, worker and sender in one process. Ctrl-C or SIGTERM stops it gracefully.

    Settings are SAMSVAR_… in the environment or in .env; a channel without settings is off.
    """
    run_parts(None, port)


def web_command(port: PortOption = None) -> None:
    """The web alone: webhooks and the API, committed to PostgreSQL. Any number may run."""
    run_parts(["web"], port)


def worker_command(port: HealthPort = None) -> None:
    """The worker alone: decides what is answered, on PostgreSQL. Any number may run."""
    run_parts(["worker"], port, listen=port is not None)


def sender_command(port: HealthPort = None) -> None:
    """The sender alone: hands messages to Twilio, Telegram and the mail server, on PostgreSQL."""
    run_parts(["sender"], port, listen=port is not None)
