"""Detectron2: its zoo, and configurations and weights of one's own."""
