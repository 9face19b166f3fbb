"""Dissemination and supply: where bytes come from and go to over a network. Sockets live here, formats do not."""
