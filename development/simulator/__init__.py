"""A fleet of simulated GAM shelves: SNMP agent, SSH shell and JSON-RPC over one shared state per shelf.

Everything a real shelf does that a driver can trip over is here on purpose: attribute orders, truncated strings, limits, lost
unsaved configuration, and faults that can be switched while it runs. It shares no code with the drivers it is used to test.

``state`` is a shelf without any network (``config``, ``rules``, ``variants``, ``world``, ``alarms``, ``faults``, ``command_log``);
``cli*``, ``rpc*`` and ``mib*`` say the same state in three languages; ``ssh_server``, ``http_server`` and ``snmp_agent`` put them
on the wire; ``fleet`` serves many shelves from one loop, ``control`` shows and turns them from outside, ``testing`` runs a fleet in
a background thread for tests, and ``python -m development.simulator`` serves one until it is stopped.
"""
