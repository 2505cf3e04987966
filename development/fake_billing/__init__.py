"""Stand-ins for Sonar (GraphQL) and Splynx (REST), both filled with the people of the demo town.

``world`` holds what both share: the people, the switches for misbehaviour and the request log. ``sonar_*`` and ``splynx_*``
express those people the way each product does. ``server`` puts both and a control API on one loopback port; ``testing`` runs
that in a background thread. Where the products' behaviour is not published, the stand-in is the stricter of the possibilities.
"""
