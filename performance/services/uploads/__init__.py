"""Files of figures: sent by a person, read and checked by a worker, stored all or nothing when the person says so.

The row is the truth. `sending` is what people do with it, `working` what workers do: they read the table (`columns`),
say what is found in it (`checking`) and write it (`storing`). `keeping` is what the tick does.
"""

from performance.services.uploads.columns import LARGEST
from performance.services.uploads.columns import read as sheets_of
from performance.services.uploads.keeping import DAYS_KEPT, remove_old, see_to, sweep, wake_waiting
from performance.services.uploads.sending import (
    MOST_UNFINISHED,
    NOT_YOURS,
    TASK,
    Brought,
    check_again,
    drop,
    name_columns,
    on_the_shelf,
    start,
    store,
    wake,
)
from performance.services.uploads.working import CHANGED, LEASE, MOST_ATTEMPTS, run_upload

__all__ = [
    "CHANGED",
    "DAYS_KEPT",
    "LARGEST",
    "LEASE",
    "MOST_ATTEMPTS",
    "MOST_UNFINISHED",
    "NOT_YOURS",
    "TASK",
    "Brought",
    "check_again",
    "drop",
    "name_columns",
    "on_the_shelf",
    "remove_old",
    "run_upload",
    "see_to",
    "sheets_of",
    "start",
    "store",
    "sweep",
    "wake",
    "wake_waiting",
]
