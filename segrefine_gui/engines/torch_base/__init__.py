"""What engines that run on torch share."""
