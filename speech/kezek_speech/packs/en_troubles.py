"""Troubles as English says them: topics, emergencies, and what makes a call urgent."""

from __future__ import annotations

from .pack import rules

TOPICS = rules("""
    - 1: meter | reading
    heating 0.97: heating
    heating 0.9: radiator + cold | temperature + degree | no heat | cold + flat | cold + apartment | freezing
    heating 0.6: radiator | it is cold
    hot_water 0.98: hot water
    cold_water 0.97: cold water
    cold_water 0.88: no water | without water | water + off | water pressure
    water_quality 0.98: rusty + water | dirty + water | brown + water | water quality | water + smell | yellow + water
    water 0.5: water
    electricity 0.97: electric | power cut | no power | power outage | blackout | wiring | no light | lights are out
    electricity 0.6: power
    street_lighting 0.99: street light | streetlight | lamp post | lamppost | street lamp
    gas 0.98: gas
    sewerage 0.98: sewer | manhole | sewage | drain + blocked
    leak 0.95: leak | dripping | flooding | neighbours + flood | ceiling + wet
    accident 0.96: burst | pipe broke | broken pipe
    heat_main 0.99: heat main | heating main
    lift 0.99: lift | elevator
    garbage 0.98: garbage | rubbish | trash | bins | refuse
    roads 0.97: pothole | hole in the road | asphalt | pavement | sidewalk | traffic light
    snow 0.98: snow | icy | icicle
    landscaping 0.98: tree | branch | playground | swing | bench | lawn | grass
    animals 0.98: stray | dog | dogs | cat | cats | rats | animal
""")

EMERGENCIES = rules("""
    fire 0.97: fire | burning | flames
    fire 0.8: smoke
    gas 0.95: smell + gas | gas leak
    explosion 0.97: explosion | exploded
    medical 0.95: unconscious | not breathing | heart attack | stroke attack | bleeding | dying | ambulance | injured
    trapped 0.93: stuck + lift | trapped | stuck + elevator
    children 0.85: child + alone | children + alone | child + fell
    violence 0.95: knife | attack | fight | killing | shooting | murder
    electric_shock 0.95: electric shock | electrocut | bare wire | wire + down
    collapse 0.95: collaps
""")

URGENCIES = rules("""
""")
