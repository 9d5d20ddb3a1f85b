"""The real things that tests run on: a browser, workers with their broker, veraPDF. conftest.py says how to ask for them."""
