"""What the sessions add up to: scores over time, points that come back, a plan. Pure: facts and the time are passed in."""
