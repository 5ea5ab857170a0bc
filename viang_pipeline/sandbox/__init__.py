"""The local marketplace simulator. Shares no parsing code with the clients.

A World is the whole timeline of what happens; a Sandbox shows it over HTTP as Mercado Livre and Bling would, at its
clock's now.
"""

from viang_pipeline.sandbox.faults import Fault
from viang_pipeline.sandbox.hidden_limits import HiddenLimit
from viang_pipeline.sandbox.server import Sandbox
from viang_pipeline.sandbox.world import World

__all__ = ["Fault", "HiddenLimit", "Sandbox", "World"]
