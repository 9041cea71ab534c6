"""A circular as people read it: HTML for print, CSV for spreadsheets."""
