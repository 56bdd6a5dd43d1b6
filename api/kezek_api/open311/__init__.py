"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): a city's apps read what may be asked for, ask, and follow it.

    topics  -> services            what a citizen may ask for: topics without an emergency service
    tickets -> service requests    incidents alone; where, what, its state: nothing that a person said or is called

XML and JSON by the path's ending; errors in the specification's own form.
"""
