# ruff: noqa: E501 - tables of words
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
    roads 0.79: =roads
    roads 0.95: =road + repair | =road + hole | hole + =road | =road + broken
    electricity 0.95: without light | no lights | lights went out | lights go
    heating 0.9: temperature + degrees
    electricity 0.96: lights flicker | light flicker | flickering
    leak 0.95: =water comes =from | water + =coming + =through
    landscaping 0.98: =tree | =trees | branch | playground | swing | bench | lawn | grass
    animals 0.98: stray | dog | dogs | cat | cats | rats | animal
    heating 0.97: heating | radiators + cold | radiator + cold | radiators are | no heat
    heating 0.9: =cold + =flat | =cold + apartment | =freezing | degrees + flat | degrees + room | =cold + room
    cold_water 0.94: water pressure | low pressure | no + water | water + supply | water is off | cut off + water
    water_quality 0.985: rusty | muddy + water | cloudy + water | water + stinks | chlorine
    electricity 0.97: spark | socket | wires | =wire | no electricity | =power + =out | power is out | no lights | fuse | short circuit | transformer | lights + went out
    street_lighting 0.99: street lights | street lighting | dark + street | dark + yard | lamps + street
    gas 0.985: stove
    sewerage 0.985: sewer | toilet + blocked | sewage | drain | manhole | cesspit
    leak 0.96: flooded | flood | water + through + ceiling | coming through | water + basement | leaking | roof + leaks | ceiling + dripping | pouring
    accident 0.97: burst
    garbage 0.98: bins | dump | litter | container
    roads 0.98: pothole | crossing | kerb | road sign | road surface
    snow 0.985: ice + pavement | slippery | icicles | snow
    landscaping 0.985: swings | fallen tree | tree fell | hedge | sandpit | fence
    animals 0.985: rats | mice | puppies | pigeons | snake | wasps
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
    gas 0.95: smell + gas | gas leak | leaking + gas | reek + gas
    fire 0.95: =fire | burning | flames | =on =fire
    fire 0.9: smoke
    danger 0.95: explosion | exploded | knife | attacked | fight | killing | shooting | murder | collaps | weapon
    lift 0.93: stuck + lift | stuck + elevator | trapped + lift | trapped + elevator | people + lift | locked + lift
    medical 0.93: unconscious | not breathing | heart attack | had a stroke | bleeding | dying | ambulance | injured | broke + leg | broke + arm | =labour
    flood 0.93: flood | pouring | water + through + ceiling | knee deep | gushing | coming through
    electric 0.93: spark | electric shock | electrocut | bare wire | wire + ground | wire + down | wire + hanging | short circuit
    children 0.9: =child | =children | =kids | =kid | =baby | infant | toddler | newborn | grandchild
    elderly 0.9: pensioner | elderly | grandmother | grandfather | =old + =lady | =old + =man | =old + =woman | disabled | wheelchair | bedridden | diabetic | =sick + =mother | =i + =am + eighty
    cold 0.9: freezing | =cold + =flat | =cold + apartment | =cold + =room | =cold + inside | degrees + =flat | degrees + room
""")
