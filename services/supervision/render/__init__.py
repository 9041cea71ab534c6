"""What supervision puts on paper, as plain parts; `kit.documents` lays them out."""
