"""A refused request is one line of the log; a fault of ours keeps the way it came about."""

import logging
import sys

import pytest

from shp_portal.logs import OneLine, RefusalsInShort


@pytest.mark.parametrize(("status", "told"), [(403, False), (404, False), (500, True)])
def test_only_a_fault_of_ours_is_told_with_its_traceback(status, told):
    try:
        raise PermissionError("Only the chair decides.")
    except PermissionError:
        way = sys.exc_info()
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Refused: /reports/1/", (), way)
    record.status_code = status
    assert RefusalsInShort().filter(record)
    line = OneLine().format(record)
    assert "\n" not in line
    assert ("Traceback" in line) is told
