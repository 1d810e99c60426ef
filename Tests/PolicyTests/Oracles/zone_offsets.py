#!/usr/bin/env python3
"""An independent calendar for time zones: prints the offset of each zone at each moment.

Reads {"zones": [name…], "moments": [POSIX seconds…]} as JSON from standard input; prints one line of offsets in seconds for each
zone. Offsets come from Python's zoneinfo over /usr/share/zoneinfo.
"""

import datetime
import json
import sys
import zoneinfo

zoneinfo.reset_tzpath(["/usr/share/zoneinfo"])
asked = json.load(sys.stdin)
for name in asked["zones"]:
    zone = zoneinfo.ZoneInfo(name)
    print(*(int(datetime.datetime.fromtimestamp(at, zone).utcoffset().total_seconds()) for at in asked["moments"]))
