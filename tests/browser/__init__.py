"""Pages in a real browser: every one renders, and the main flows can be clicked through."""
