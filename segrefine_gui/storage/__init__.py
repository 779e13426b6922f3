"""On disk: the project file, image reading, settings, bundled resources."""
