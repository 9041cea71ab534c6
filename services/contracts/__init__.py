"""What travels between the services: events, their envelope, and the table of who writes and reads them."""
