"""The list of instances: what is in it, how a row looks, and its thumbnails."""
