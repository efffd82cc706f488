"""Two years of visits for the demo, drawn by the planner itself, and a day in the middle of its work."""
