"""MQTT, Home Assistant and the live page: the broker, and this treadmill's name there."""

from __future__ import annotations

from typing import Any

from cued.commands._setup.answers import CREDENTIAL, Answers, Tables
from cued.commands._setup.topics.topic import Talk, Topic, switch
from cued.model import ConfigError


def _shown(tables: Tables) -> dict[str, Any]:
    broker = tables.get("sinks", {}).get("mqtt", {})
    port = broker.get("port")
    return {
        "mqtt": broker.get("host", "") + (f":{port}" if port else ""),
        "mqtt_user": broker.get("user", ""),
    }


def _lay(out: Tables, answers: Answers) -> None:
    if answers.live_page:
        out["sinks"]["live"].setdefault("host", "0.0.0.0")
    if answers.mqtt is not None:
        switch(out, "sinks", "mqtt", bool(answers.mqtt))
    broker = out.get("sinks", {}).get("mqtt")
    if broker is None:
        return
    if answers.mqtt:
        host, _, port = answers.mqtt.partition(":")
        broker["host"] = host
        if port:
            broker["port"] = _number(port)
    if answers.mqtt_user is not None:
        broker["user"] = answers.mqtt_user
    if answers.mqtt_password:
        broker["credential"] = CREDENTIAL


def _number(port: str) -> int:
    if not port.isdigit():
        raise ConfigError(f"{port} is not a port; write HOST or HOST:PORT")
    return int(port)


def _ask(talk: Talk) -> dict[str, Any]:
    now, person = TOPIC.configured(talk.tables), talk.person
    values = talk.fitting("Name of this treadmill", now["station"], lambda text: {"station": text})
    page = talk.yes("Show the live page to phones in this network", now["live_page"])
    values |= {"live_page": page}
    question = "MQTT broker, HOST or HOST:PORT (-: none)"
    values |= talk.fitting(question, now["mqtt"] or "-", _host)
    if not values["mqtt"]:
        return values
    user = person.ask("MQTT user (-: none)", now["mqtt_user"] or "-")
    if user == "-":
        return values | {"mqtt_user": ""}
    password = person.secret("MQTT password (Enter keeps it):") or None
    return values | {"mqtt_user": user, "mqtt_password": password}


def _host(text: str) -> dict[str, Any]:
    return {"mqtt": "" if text == "-" else text}


TOPIC = Topic(
    keys={"station": ("station", "name", "treadmill")},
    switches={"live_page": ("sinks", "live")},
    fields=("mqtt", "mqtt_user", "mqtt_password"),
    shown=_shown,
    lay=_lay,
    ask=_ask,
    noted=True,
)
