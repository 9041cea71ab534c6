"""Assessment (考核): what is observed, how it scores, who may contest it. Pure."""
