"""The verbs: one async function per use case. It owns scope, transaction and audit, and raises models.errors."""
