"""The verbs of performance: `figures` (what data owners and analysts say) and `issues` (what is emerging)."""
