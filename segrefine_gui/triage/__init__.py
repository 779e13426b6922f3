"""Features of a refinement, and from them its risk and the reasons for it."""
