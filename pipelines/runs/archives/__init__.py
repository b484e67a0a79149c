"""What is looked into before a `.keras` archive is opened."""
