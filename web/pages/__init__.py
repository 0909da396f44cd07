"""One file per noun: run a document, render it."""
