"""The verbs: the only code that changes state. Plain arguments in (``user``, never a request), no surface layer imported."""
