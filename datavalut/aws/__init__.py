"""The one package that talks to AWS."""
