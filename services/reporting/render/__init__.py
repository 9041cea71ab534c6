"""A circular as people read it: an outline; from it the page and the papers; units and figures as tables."""
