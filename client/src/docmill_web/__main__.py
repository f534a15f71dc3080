"""Run with `python -m docmill_web`."""

from .main import main

main()
