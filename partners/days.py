"""The calendar's months in words, and the years that the portal knows."""

FIRST_YEAR, LAST_YEAR = 1901, 2199
"""Far outside any plan, and near enough that a slip of the keyboard (9999-10) gets a sentence, not a crash."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
