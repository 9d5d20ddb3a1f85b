"""The officer's pages: the list, what one owes, one action with its history, and the forms of the verbs."""
