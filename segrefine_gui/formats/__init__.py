"""File formats of masks, one file each, behind the protocols of `formats.base`."""
