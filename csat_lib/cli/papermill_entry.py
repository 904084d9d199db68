"""What papermill finds by its entry point ``fork``.

Papermill loads entry points while it is itself being imported, so the engine proper, which builds on papermill, is fetched when a notebook
is run and not before.
"""

from __future__ import annotations

from typing import Any


class ForkEngine:
    """The engine ``fork``, fetched at its first use."""

    @classmethod
    def execute_notebook(cls, *given: Any, **options: Any) -> Any:
        """As papermill's engines have it: run the notebook, return it executed."""
        return _engine().execute_notebook(*given, **options)

    @classmethod
    def nb_kernel_name(cls, *given: Any, **options: Any) -> Any:
        """The name of the kernel that the notebook was saved with."""
        return _engine().nb_kernel_name(*given, **options)

    @classmethod
    def nb_language(cls, *given: Any, **options: Any) -> Any:
        """The language that the notebook was saved with."""
        return _engine().nb_language(*given, **options)


def _engine() -> Any:
    from csat_lib.report.papermill_engine import ForkEngine as Proper

    return Proper
