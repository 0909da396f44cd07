"""xhtml2pdf set up for many documents of a few shapes, within one process of :mod:`adapters.pdf`.

By itself it forgets everything between two documents: it parses the same stylesheet, matches the same rules with the same places, and lays a document out
twice to say "1 / 2" at its foot. Here sheets and matches are kept, cells are laid out once, and feet are drawn when the number of pages is known.
Its own parts do all of it, called one after another or subclassed; tests/adapters/test_paper.py holds the result against what it makes by itself.
"""
