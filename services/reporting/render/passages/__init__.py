"""The sections of a circular, a file each: a function from the circular to what the section says."""
