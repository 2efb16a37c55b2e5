"""Set-up at a terminal: the steps one after another, what is there offered as the answer."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.steps import LAST, Conversation
from cued.commands._setup.topics.topic import Respondent, Talk, Trials
from cued.model import CuedError
from cued.words import Words


class Keyboard:
    """A person at a terminal."""

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """Ask until the answer is one of the choices, or begins with it as "yes" and "No" do."""
        while True:
            answer = _typed(f"{question} [{default}] ") or default
            if not choices:
                return answer
            for choice in choices:
                if answer.lower().startswith(choice):
                    return choice
            print(f"one of: {', '.join(choices)}")

    def secret(self, question: str) -> str:
        """Ask without showing what is typed."""
        return getpass.getpass(f"{question} ")

    def tell(self, text: str) -> None:
        """Print it."""
        print(text)


def _typed(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, UnicodeDecodeError):
        raise CuedError("no more answers; nothing was written") from None


def asked(raw: Tables, person: Respondent, trials: Trials) -> Answers:
    """Have the whole conversation."""
    conversation = Conversation(raw)

    def tell(trial: str, values: Mapping[str, Any]) -> None:
        station = conversation.tables.get("station", {})
        words = Words(station.get("language", "en"))
        try:
            findings = conversation.tries(trial, trials, values, {})
        except CuedError as error:
            person.tell(str(error))
            return
        for found in findings:
            person.tell(words.finding(found.key, found.blanks))

    while conversation.step != LAST:
        tables = conversation.tables
        fresh = not raw.get("sensors")
        conversation.ask(Talk(person, trials, tables, conversation.tried, tell, fresh))
    return conversation.answers
