"""The care of the question bank: what makes a question well made, and how people add their own.

Checks read nouns and say what is wrong and where; `lint` puts them together. Nothing here takes part in an interview.
"""
