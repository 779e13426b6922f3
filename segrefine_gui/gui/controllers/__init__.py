"""What happens when a person means something: between the widgets and the services."""
