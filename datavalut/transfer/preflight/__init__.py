"""What can be known to fail, or to come out otherwise than expected, before anything is made.

Each check is a module of its own: a function from sessions and facts to findings. `checks` puts them together.
"""
