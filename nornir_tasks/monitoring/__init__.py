"""Pure decisions about readings: what is measured, what is wrong. No I/O, no Django."""
