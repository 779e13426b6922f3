"""Many instances before and after in a grid: looked through, decided together, spot-checked."""
