"""Stories and rules that cross rooms; what belongs to one room is tested beside it."""
