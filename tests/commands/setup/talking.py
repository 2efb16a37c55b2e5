"""A person who answers set-up's questions, and a machine on which its trials are made."""

from __future__ import annotations

import argparse
import tomllib

from cued.commands import setup
from cued.commands._setup import writing
from cued.commands._setup.steps import Conversation
from cued.commands._setup.topics.topic import Nearby
from cued.model import Belt, CuedError


class Answering:
    """A person who was told what to answer to which question, and takes what is offered else."""

    def __init__(self, **answers):
        self.answers, self.lines, self.asked = answers, [], []

    def ask(self, question, default, choices=()):
        self.asked.append(question)
        for key, answer in self.answers.items():
            if key.lower() in question.lower():
                said = answer if isinstance(answer, str) else answer.pop(0)
                assert not choices or said in choices, (question, said)
                return said
        return default

    def secret(self, question):
        return "s3cret"

    def tell(self, text):
        self.lines.append(text)


class Machine:
    """What trials find."""

    def __init__(self, found=(), deaf="", heard=None):
        self.found, self.deaf, self.heard = list(found), deaf, heard
        self.volumes, self.buzzed, self.listened, self.ready = [], [], None, False

    def scan(self):
        if not self.found:
            raise CuedError("the Bluetooth service does not answer")
        return self.found

    def listen(self, tables, seconds):
        self.listened = (tables.get("sources"), seconds)
        if self.heard is not None:
            return self.heard
        return (
            [Belt(t / 4.0, 0.05) for t in range(240)] if "belt_pulses" in tables["sources"] else []
        )

    def unit(self, treadmill):
        if self.ready:
            return 1.609
        self.ready = True
        raise CuedError("no speed was reported")

    def say(self, text, options, language):
        self.volumes.append(options.volume)
        return self.deaf

    def buzz(self, side, options):
        self.buzzed.append(side)
        return self.deaf


POD = Nearby("cued pod", "C4:F2:17:1A:1D:AA", ("pod",), -65)
BELT = Nearby("belt", "C4:F2:17:1A:1D:BB", ("ftms",), -81)


def tried(step, name, machine, raw=None, **how):
    """Return what a trial of a step finds, as keys, blanks and whether it is good."""
    talk = Conversation(raw or {}, step)
    return [(f.key, f.blanks, f.good) for f in talk.tries(name, machine, {}, how)]


def flags(*arguments):
    parser = argparse.ArgumentParser()
    setup.configure(parser)
    return setup.flagged(parser.parse_args(arguments))


def talked(raw, person, machine, *arguments):
    answers = setup.merged(raw, flags(*arguments), person, machine)
    return tomllib.loads(writing.text(setup.laid_over(raw, answers)))
