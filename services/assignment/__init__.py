"""Assignment: owns the directory, turns each demand into a case with unit and post, keeps its steps."""
