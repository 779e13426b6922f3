"""CascadePSP: the authors' network and weights, by our own schedule or exactly as they do."""
