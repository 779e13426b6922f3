"""Small widgets of the window that know nothing of projects."""
