"""Tortures asset-catalog on a tree in a bucket. Called by Scripts/torture_objects; see its head for the options."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bucket_clocks import Clocks
from bucket_denials import Denials
from bucket_edits import Edits
from bucket_kills import BucketKills
from bucket_outages import Outages
from runner import parse, torture

COMMAND = "Scripts/torture_objects"
ATTACKS = {"edit": (Edits, 4), "kill": (BucketKills, 3), "outage": (Outages, 3), "clock": (Clocks, 3), "deny": (Denials, 1)}

options = parse(COMMAND, "Tortures asset-catalog on a tree in a bucket.", ATTACKS)
sys.exit(torture(COMMAND, options, ATTACKS, options.program))
