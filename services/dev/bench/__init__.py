"""How fast Yinuo is, each figure beside its limit from the same run: a file a figure."""
