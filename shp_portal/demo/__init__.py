"""The demonstration: invented data that goes through the same verbs as everybody else's."""
