"""`python -m interviewer`, where the console script is not on the path."""

from interviewer.cli import main

main()
