"""How fast Inbreng is, as ratios to a floor that is measured in the same run.

Started by ``make bench``; no part of the product nor of its tests. Everything happens
on the loopback address of this machine, in bounded loops.
"""
