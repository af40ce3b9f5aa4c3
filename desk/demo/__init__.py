"""The demo: a fictional brand, customers on the square, receivers on this machine. No account, no key, no network."""
