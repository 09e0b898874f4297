"""Briefs: facts and legal issues become a statement of facts, an analysis of each issue, a conclusion and what to do.

Each part is written from numbered sources and then cross-examined as an answer is; what fails is told with the part.
"""
