"""What a chapter shows: tables, figures, records, claims, sources."""

from .claims import Claim as Claim
from .claims import Untested as Untested
from .data import figure_data as figure_data
from .ledger import Checks as Checks
from .records import gpu_record as gpu_record
from .records import record as record
from .records import stored as stored
from .source import show_source as show_source
from .sweeps import sweep as sweep
from .sweeps import variations as variations
from .tables import Table as Table
