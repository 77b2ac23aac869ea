"""One module a figure: ``Config``, ``run(config) -> Table``, ``plot(table)``."""
