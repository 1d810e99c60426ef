#!/usr/bin/env python3
"""An independent calendar for window schedules: prints when they open and close, minute by minute.

Reads one JSON array of cases from standard input: {"zone", "days": [1..7], "hours": [[start, end]…] in minutes since
midnight, "except": ["YYYY-MM-DD"…], "from", "to": POSIX seconds, multiples of 60}. Prints one line for each case: the first minute's
state (0 or 1), then the POSIX seconds at which the state changes. Offsets come from Python's zoneinfo over
/usr/share/zoneinfo; the meaning is the pointwise one of docs/policy-language.md, evaluated for each minute apart.
"""

import array
import datetime
import json
import os
import sys
import zoneinfo

os.environ.pop("PYTHONTZPATH", None)
zoneinfo.reset_tzpath(["/usr/share/zoneinfo"])


def clock(zone, start, end):
    """The civil date and the minute of the day at each minute."""
    info = zoneinfo.ZoneInfo(zone)
    dates, minutes = array.array("i"), array.array("i")
    for seconds in range(start, end, 60):
        moment = datetime.datetime.fromtimestamp(seconds, info)
        dates.append(moment.toordinal())
        minutes.append(moment.hour * 60 + moment.minute)
    return dates, minutes


def transitions(case, dates, minutes):
    days = set(case["days"])
    off = {datetime.date.fromisoformat(text).toordinal() for text in case["except"]}
    # Is the window open at this minute when today qualifies; and when yesterday does?
    today = [any(a <= m < b if a < b else a <= m for a, b in case["hours"]) for m in range(1440)]
    after = [any(b < a and m < b for a, b in case["hours"]) for m in range(1440)]

    class Qualifying(dict):
        def __missing__(self, ordinal):
            weekday = datetime.date.fromordinal(ordinal).isoweekday()
            self[ordinal] = weekday in days and ordinal not in off
            return self[ordinal]

    qualifies = Qualifying()
    state = None
    line = []
    seconds = case["from"]
    for date, minute in zip(dates, minutes):
        now = (today[minute] and qualifies[date]) or (after[minute] and qualifies[date - 1])
        if now != state:
            line.append(str(int(now)) if state is None else str(seconds))
            state = now
        seconds += 60
    return " ".join(line)


cases = json.load(sys.stdin)
lines = {}
for key in dict.fromkeys((case["zone"], case["from"], case["to"]) for case in cases):
    dates, minutes = clock(*key)
    for index, case in enumerate(cases):
        if (case["zone"], case["from"], case["to"]) == key:
            lines[index] = transitions(case, dates, minutes)
for index in range(len(cases)):
    print(lines[index])
