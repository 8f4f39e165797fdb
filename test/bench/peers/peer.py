"""APScheduler, doing what it is asked and printing one number: `peer.py SCENARIO`, the argument on standard input."""
import datetime
import json
import math
import sys
import threading
import time

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.executors.pool import ThreadPoolExecutor

scenario = sys.argv[1]
argument = sys.stdin.read()
scheduler = BackgroundScheduler(
    timezone="UTC",
    executors={"default": ThreadPoolExecutor(1)},
    job_defaults={"misfire_grace_time": None},
)
done = threading.Event()
values = []


def quantile(part):
    return sorted(values)[math.ceil(part * len(values)) - 1]


if scenario == "every-second":

    def tick():
        now = time.time()
        values.append((now - round(now)) * 1000)
        if len(values) == int(argument):
            print(quantile(0.5), flush=True)
            done.set()

    scheduler.add_job(tick, CronTrigger(second="*"))
    scheduler.start()
    done.wait()
elif scenario == "at-once":
    at = math.ceil(time.time() + 15)
    date = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)

    def tick():
        values.append((time.time() - at) * 1000)
        if len(values) == int(argument):
            print(quantile(0.99), flush=True)
            done.set()

    for _ in range(int(argument)):
        scheduler.add_job(tick, CronTrigger(second=date.second, minute=date.minute, hour=date.hour))
    scheduler.start()
    done.wait()
else:
    expressions = json.loads(argument)
    before = time.perf_counter()
    scheduler.start()
    for expression in expressions:
        scheduler.add_job(print, CronTrigger.from_crontab(expression))
    print((time.perf_counter() - before) * 1000, flush=True)
    if scenario == "hold":
        threading.Event().wait()
