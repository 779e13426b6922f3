"""Which keys do what: presets, the person's own keys, the key editor and the command palette."""
