"""The portal beside the least that could do the same, in the same run on the same machine: `make bench`.

Seconds say little about another machine; ratios do. Every measurement names its floor and the limit that issue and design
set. Nothing here is part of the portal or of its tests.
"""
