"""Makes the models that SegRefine ships, from nothing but a seed and public-domain photographs."""
