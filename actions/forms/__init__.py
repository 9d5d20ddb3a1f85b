"""What people send to the action plan: fields for days and words, the list's filters, and the forms of the verbs."""
