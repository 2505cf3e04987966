"""GraphQL: types and filters of every model of the plugin, read only."""
