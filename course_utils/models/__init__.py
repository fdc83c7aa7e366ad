"""Small networks, each in a file that can be read in a minute. Import them from their files."""
