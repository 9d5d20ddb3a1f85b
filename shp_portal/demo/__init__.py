"""The demonstration: role accounts, an invented action plan and its story, told through the portal's own verbs."""
