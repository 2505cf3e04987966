"""A fleet of simulated GAM shelves: SNMP agent, SSH shell and JSON-RPC over one shared state per shelf.

Everything a real shelf does that a driver can trip over is here on purpose: attribute orders, truncated strings, limits, lost
unsaved configuration, and faults that can be switched while it runs. It shares no code with the drivers it is used to test.
"""
