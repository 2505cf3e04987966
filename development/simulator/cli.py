"""The command interpreter: a line in, text out. It knows nothing of SSH, echo or paging.

Words and modes are the vendor CLI guide's; error texts and the caret are those of sibling products with the same switch software.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from . import cli_config, cli_exec, cli_show
from .cli_output import Output
from .command_log import CommandKind
from .refusals import Refused, RefusedText
from .state import SimShelf
from .words import SyntaxProblem, Word, ambiguous, incomplete, invalid, split

EXEC, CONFIG, INTERFACE, VLAN = "exec", "config", "config-if", "config-if-vlan"
REST = "..."
FILTER = re.compile(r"\s\|\s*(begin|exclude|include)\s+(.*)$")


@dataclass(slots=True)
class CliSession:
    """One logged-in shell: its mode, its terminal settings, and the shelf it changes."""

    shelf: SimShelf
    user: str = "admin"
    mode: str = EXEC
    selected: tuple[str, ...] = ()
    vlan: int = 0
    length: int = 24
    width: int = 80
    history: list[str] = field(default_factory=list)

    @property
    def prompt(self) -> str:
        """``NAME#``, ``NAME(config)#`` and so on; without the name on a shelf with an empty one."""
        host = "" if self.shelf.variants.empty_hostname_prompt else self.shelf.running.hostname
        return f"{host}({self.mode})# " if self.mode != EXEC else f"{host}# "

    def run(self, line: str) -> Output:
        """Run one line as typed.

        :returns: its text, ``% …`` when refused
        :raises Rebooting: the shelf went down instead of answering
        """
        if not line.strip() or line.strip().startswith("!"):
            return Output()
        self.history.append(line.strip())
        try:
            return self._dispatch(line)
        except SyntaxProblem as problem:
            caret = "" if problem.column is None else " " * (len(self.prompt) + problem.column) + "^\n"
            text = f"{caret}{problem}"
            self.shelf.note("ssh", self.user, line, str(problem))
        except (Refused, RefusedText) as refusal:
            text = f"% {refusal}"
        return Output(text)

    def _dispatch(self, line: str) -> Output:
        command_line, pipe = line, ""
        if found := FILTER.search(line):
            command_line, pipe = line[: found.start()], found.group()
        words = split(command_line)
        mode = self.mode
        if mode != EXEC and len(words) > 1 and len(words[0].text) > 1 and words[0].text.lower() == "do":
            words, mode = words[1:], EXEC
        command, arguments = match(words, self._commands(mode))
        if command.kind == "read":
            for text, message in self.shelf.faults.refuse.items():
                if text in line:
                    self.shelf.note("ssh", self.user, line, message)
                    raise RefusedText(message)
            output = command.run(self, arguments)
            self.shelf.note("ssh", self.user, line, output.text)
        else:
            output = self._change(command, arguments, line)
        if pipe:
            output.text = _filtered(output.text, pipe)
        return output

    def _change(self, command: Command, arguments: list[Word], line: str) -> Output:
        # Syntax is checked before the gate, so that a mistyped line counts as neither refused nor written.
        outcome = command.run(self, arguments)
        if outcome.then is None:
            return outcome
        action, outcome.then = outcome.then, None
        if outcome.close:
            self.shelf.log.add(self.shelf.clock.now(), "ssh", self.user, line, command.kind, outcome.text)
            outcome.then = action
            return outcome
        self.shelf.execute("ssh", self.user, line, action, command.kind)
        return outcome

    def _commands(self, mode: str) -> list[Command]:
        if mode == EXEC:
            return EXEC_COMMANDS
        # Saved configurations are replayed line by line, so a global line must work inside an interface block.
        return {INTERFACE: INTERFACE_COMMANDS, VLAN: VLAN_COMMANDS}.get(mode, []) + CONFIG_COMMANDS

    def replay(self, lines: Iterable[str]) -> None:
        """Apply configuration lines without the log and the faults. :raises SyntaxProblem: :raises Refused:"""
        self.mode = CONFIG
        for line in lines:
            if not line.strip() or line.strip() in ("!", "end") or line.startswith(("!", "%", "Building")):
                continue
            command, arguments = match(split(line), self._commands(self.mode))
            outcome = command.run(self, arguments)
            if outcome.then:
                outcome.then()

    def complete(self, line: str) -> str:
        """What Tab adds to a line: the rest of the only word that fits, and a space; nothing when several or none do."""
        partial = line.rpartition(" ")[2]
        found = [text.strip() for text in self.help(line).split("\n")] if partial else []
        if len(found) != 1 or not found[0].lower().startswith(partial.lower()):
            return ""
        return found[0][len(partial) :] + " "

    def help(self, line: str) -> str:
        """Words that may come next, one a line."""
        words = split(line)
        partial = words.pop() if words and not line.endswith(" ") else None
        found = []
        for command in self._commands(self.mode):
            pattern = command.pattern
            if len(pattern) > len(words) and all(_fits(step, word) for step, word in zip(pattern, words, strict=False)):
                step = pattern[len(words)]
                if partial is None or _fits(step, partial):
                    found += step.split("|") if not step.startswith("<") and step != REST else [step]
        return "\n".join(f"    {text}" for text in sorted(set(found)))


@dataclass(frozen=True, slots=True)
class Command:
    """A command: literal words, ``a|b`` choices, ``<parameter>`` and ``...`` for the rest of the line."""

    pattern: tuple[str, ...]
    run: Callable[[CliSession, list[Word]], Output]
    kind: CommandKind = "read"


def _fits(step: str, word: Word) -> bool:
    if step == REST or step.startswith("<"):
        return True
    return any(text.lower().startswith(word.text.lower()) for text in step.split("|"))


def match(words: list[Word], commands: list[Command]) -> tuple[Command, list[Word]]:
    """The command a line means, and its arguments: what stands for parameters, choices and the rest.

    :raises SyntaxProblem: none, several, or too few words
    """
    alive: list[Command] = list(commands)
    closed: list[Command] = []
    for at, word in enumerate(words):
        ended = [item for item in alive if at < len(item.pattern) and item.pattern[at] == REST]
        open_ = [item for item in alive if at < len(item.pattern) and item.pattern[at] != REST]
        texts = {text for item in open_ if not item.pattern[at].startswith("<") for text in item.pattern[at].split("|")}
        chosen = _choose(word, texts)
        if chosen:
            alive = [item for item in open_ if chosen in item.pattern[at].split("|")]
        elif parameters := [item for item in open_ if item.pattern[at].startswith("<")]:
            alive = parameters
        elif ended or closed:
            closed = ended or closed
            alive = []
            break
        else:
            raise invalid(word)
        closed = ended or closed
    for item in (*alive, *closed):
        if len(item.pattern) == len(words) or (item.pattern and item.pattern[-1] == REST and len(item.pattern) <= len(words) + 1):
            return item, _arguments(item, words)
    raise incomplete()


def _choose(word: Word, texts: set[str]) -> str:
    if word.quoted:
        return ""
    wanted = word.text.lower()
    if exact := [text for text in texts if text.lower() == wanted]:
        return exact[0]
    starting = [text for text in texts if text.lower().startswith(wanted)]
    if len(starting) > 1:
        raise ambiguous(word)
    return starting[0] if starting else ""


def _arguments(command: Command, words: list[Word]) -> list[Word]:
    out = []
    for at, step in enumerate(command.pattern):
        if step == REST:
            out += words[at:]
        elif "|" in step:
            out.append(Word(_choose(words[at], set(step.split("|"))), words[at].column))
        elif step.startswith("<"):
            out.append(words[at])
    return out


def _filtered(text: str, pipe: str) -> str:
    found = FILTER.search(pipe)
    if not found:
        return text
    how, what = found.group(1), found.group(2).strip().strip('"')
    rows = text.split("\n")
    if how == "begin":
        return "\n".join(rows[next((at for at, row in enumerate(rows) if what in row), len(rows)) :])
    return "\n".join(row for row in rows if (what in row) == (how == "include"))


def _table(definitions: list[tuple[str, Callable[..., Output], CommandKind]]) -> list[Command]:
    return [Command(tuple(pattern.split(" ")), run, kind) for pattern, run, kind in definitions]


EXEC_COMMANDS = _table([*((pattern, run, "read") for pattern, run in cli_show.COMMANDS), *cli_exec.COMMANDS])
CONFIG_COMMANDS = _table(cli_config.GLOBAL)
INTERFACE_COMMANDS = _table(cli_config.INTERFACE)
VLAN_COMMANDS = _table(cli_config.VLAN)
