"""Work in steps that outlives any crash: templates, executions, what a step can be."""
