"""What croniter and APScheduler make of schedules: JSON lines in (whom, zone, from, until, most, and the expression in the
words of each), JSON lines out. Instants are seconds since the epoch; at most `most` of them, all after `from`, none after `until`."""
import json
import sys
from datetime import datetime, timedelta, timezone

import pytz
from apscheduler.triggers.cron import CronTrigger
from croniter import croniter


def by_croniter(question):
    zone = pytz.timezone(question["zone"])
    found = croniter(question["croniter"], datetime.fromtimestamp(question["from"], timezone.utc).astimezone(zone))
    while True:
        yield found.get_next(datetime).timestamp()


def by_apscheduler(question):
    trigger = CronTrigger(timezone=pytz.timezone(question["zone"]), **question["apscheduler"])
    before = datetime.fromtimestamp(question["from"], timezone.utc)
    while True:
        before = trigger.get_next_fire_time(before, before + timedelta(microseconds=1))
        if before is None:
            return
        yield before.timestamp()


def up_to(question, instants):
    found = []
    try:
        for at in instants:
            if at > question["until"] or len(found) == question["most"]:
                break
            if found and at <= found[-1]:
                return "goes back"
            found.append(at)
    except Exception as error:
        return type(error).__name__
    return found


for line in sys.stdin:
    asked = json.loads(line)
    ask = by_croniter if asked["whom"] == "croniter" else by_apscheduler
    print(json.dumps(up_to(asked, ask(asked))))
