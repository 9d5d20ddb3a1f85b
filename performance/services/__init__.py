"""The verbs of performance: `figures` (what data owners and analysts say), `issues` (what is emerging) and `assessment` (what
the Partnership decides on its yearly one).
"""
