"""What papermill finds by its entry point ``fork``.

Papermill loads entry points while it is itself being imported, so the engine proper, which builds on papermill, is fetched when a notebook
is run and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from csat_lib.report.papermill_engine import ForkEngine as Proper


class ForkEngine:
    """The engine ``fork``, fetched at its first use."""

    @classmethod
    def execute_notebook(cls, *given: Any, **options: Any) -> NotebookNode:
        """As papermill's engines have it: run the notebook, return it executed."""
        done: NotebookNode = _engine().execute_notebook(*given, **options)
        return done

    @classmethod
    def nb_kernel_name(cls, *given: Any, **options: Any) -> str:
        """The name of the kernel that the notebook was saved with."""
        return str(_engine().nb_kernel_name(*given, **options))

    @classmethod
    def nb_language(cls, *given: Any, **options: Any) -> str:
        """The language that the notebook was saved with."""
        return str(_engine().nb_language(*given, **options))


def _engine() -> type[Proper]:
    from csat_lib.report.papermill_engine import ForkEngine as Proper

    return Proper
