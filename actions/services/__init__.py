"""The verbs of the action plan: `updates` (what partners say) and `lifecycle` (what becomes of an action)."""
