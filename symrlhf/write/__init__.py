"""Term -> text: one layout tree, decided once, and one small emitter per format."""
