#!/usr/bin/env python3
"""An independent calendar for window schedules: prints when they open and close, minute by minute.

Reads one JSON array of cases from standard input: {"zone", "days": [1..7], "hours": [[start, end]…] in minutes since
midnight, "except": ["YYYY-MM-DD"…], "from", "to": POSIX seconds, multiples of 60}. Prints one line for each case: the first minute's
state (0 or 1), then the POSIX seconds at which the state changes. Offsets come from Python's zoneinfo over
/usr/share/zoneinfo; the meaning is the pointwise one of docs/policy-language.md, evaluated for each minute apart.
"""

import datetime
import json
import os
import sys
import zoneinfo

os.environ.pop("PYTHONTZPATH", None)
zoneinfo.reset_tzpath(["/usr/share/zoneinfo"])
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
DAY = datetime.timedelta(days=1)

clocks = {}


def clock(zone, start, end):
    """The civil date and minute of the day at each minute, the same list for all cases of a zone."""
    key = (zone, start, end)
    if key not in clocks:
        clocks.clear()
        info = zoneinfo.ZoneInfo(zone)
        local = []
        for seconds in range(start, end, 60):
            moment = (EPOCH + datetime.timedelta(seconds=seconds)).astimezone(info)
            local.append((moment.toordinal(), moment.hour * 60 + moment.minute, moment.second))
        clocks[key] = local
    return clocks[key]


def transitions(case):
    days = set(case["days"])
    off = {datetime.date.fromisoformat(text).toordinal() for text in case["except"]}
    hours = case["hours"]
    qualifying = {}

    def qualifies(ordinal):
        if ordinal not in qualifying:
            weekday = datetime.date.fromordinal(ordinal).isoweekday()
            qualifying[ordinal] = weekday in days and ordinal not in off
        return qualifying[ordinal]

    def is_open(date, minute):
        for start, end in hours:
            if start < end:
                if qualifies(date) and start <= minute < end:
                    return True
            elif (qualifies(date) and minute >= start) or (qualifies(date - 1) and minute < end):
                return True
        return False

    state = None
    line = []
    for index, (date, minute, _) in enumerate(clock(case["zone"], case["from"], case["to"])):
        now = is_open(date, minute)
        if state is None:
            line.append(str(int(now)))
        elif now != state:
            line.append(str(case["from"] + 60 * index))
        state = now
    return " ".join(line)


for case in sorted(json.load(sys.stdin), key=lambda case: case["index"]):
    print(transitions(case), flush=False)
