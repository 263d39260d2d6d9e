"""docs/reference/json.md and json_full_node.md: the objects that pappus-node and pappus-full-node write with --json, as
the programs declare them.

The declarations are in examples/mini_node/json and examples/full_node/json; the tests of tests/mini_node and
tests/examples/full_node check what is written against them.
"""

import json
import subprocess


def table(*columns, rows):
    lines = ["| " + " | ".join(cells) + " |" for cells in [columns, *rows]]
    return "\n".join([lines[0], "|---" * len(columns) + "|", *lines[1:]])


class Page:
    """`elsewhere`: the page of another program, which describes what both have."""

    def __init__(self, declared, elsewhere=None):
        self.declared = declared
        self.elsewhere = elsewhere
        self.parts = {each["name"]: each for each in declared["parts"]}
        self.value_types = {each["name"]: each for each in declared["types"]}

    def is_elsewhere(self, kind, each):
        """Whether an object or type of that kind is the same there, apart from former names."""
        if not self.elsewhere:
            return False
        others = {other["name"]: other for other in self.elsewhere.declared[kind]}
        other = others.get(each["name"])
        if kind == "types" or not other:
            return each == other
        return (each["meaning"] == other["meaning"] and each["alternatives"] == other["alternatives"]
                and self.fields(each) == self.elsewhere.fields(other)
                and all(self.is_elsewhere(*self.named(field["type"])) for field in self.fields(each)))

    def named(self, name):
        """A type or object, and what kind it is."""
        name = name.removeprefix("list of ")
        return ("parts", self.parts[name]) if name in self.parts else ("types", self.value_types[name])

    def own(self, kind):
        return [each for each in self.declared[kind] if not self.is_elsewhere(kind, each)]

    def fields(self, declared):
        included = [field for part in declared["includes"] for field in self.fields(self.parts[part])]
        return included + declared["fields"]

    def shown_type(self, name):
        kind, each = self.named(name)
        there = "json.md" if self.is_elsewhere(kind, each) else ""
        shown = f"[{each['name']}]({there}#{each['name']})" if kind == "parts" else f"`{each['name']}`"
        return f"list of {shown}" if name.startswith("list of ") else shown

    def field_table(self, declared):
        rows = []
        for field in self.fields(declared):
            meaning = field["meaning"] or f"former key of `{field['former_of']}`"
            if field["present_if"]:
                meaning += f"; only if {field['present_if']}"
            rows.append([f"`{field['name']}`", self.shown_type(field["type"]), meaning])
        return table("field", "type", "meaning", rows=rows) if rows else ""

    def section(self, title, declared):
        paragraphs = [f"### {title}", declared["meaning"], self.field_table(declared)]
        if declared["alternatives"]:
            paragraphs.append("The fields of one of these, depending on the request: "
                              + ", ".join(map(self.shown_type, declared["alternatives"])) + ".")
        if declared["former_name"]:
            paragraphs.append(f"`reply` is `{declared['former_name']}` if the command was given by that former name.")
        return paragraphs

    def events(self):
        event = self.parts["event"]
        paragraphs = ["## Events", *self.common("events")]
        if not self.elsewhere:
            paragraphs += [event["meaning"], self.field_table(event)]
        for each in self.own("events"):
            paragraphs += self.section(f"`{each['name']}`", each)
        return paragraphs

    def replies(self):
        reply, refusal = self.parts["reply"], self.parts["refusal"]
        paragraphs = ["## Replies", *self.common("replies")]
        if not self.elsewhere:
            paragraphs += ["[The command line](command_line.md) lists the commands. " + reply["meaning"],
                           self.field_table(reply), refusal["meaning"], self.field_table(refusal),
                           "A line whose first word is no command is refused, too: `reply` is that word, and empty if the "
                           "line is.",
                           "If it succeeded, there are the fields below, and what is said there holds when the reply "
                           "is written."]
        for each in self.own("replies"):
            paragraphs += self.section(f"`{each['name']}`", each)
            if not self.fields(each) and not each["alternatives"]:
                paragraphs.append("No other fields.")
        return paragraphs

    def common(self, kind):
        """What is described elsewhere, in a sentence."""
        names = [each["name"] for each in self.declared[kind] if self.is_elsewhere(kind, each)]
        return ["As in [the page of pappus-node](json.md#" + kind + "): "
                + ", ".join(f"[`{name}`](json.md#{name})" for name in names) + "."] if names else []

    def used(self):
        """Names of the parts and types to which what is shown refers."""
        used, new = set(), self.own("events") + self.own("replies")
        while new:
            names = {name for each in new for name in each["alternatives"]}
            names |= {field["type"].removeprefix("list of ") for each in new for field in self.fields(each)}
            new = [self.parts[name] for name in names & set(self.parts) - used]
            used |= names
        return used

    def objects(self):
        """Parts to which a field or an alternative refers, in the order of their declaration."""
        used = self.used()
        paragraphs = ["## Objects in events and replies" if self.elsewhere else "## Objects in replies"]
        for each in self.own("parts"):
            if each["name"] in used:
                paragraphs += self.section(each["name"], each)
        return paragraphs

    def types(self):
        rows = []
        for each in self.own("types"):
            values = ", ".join(f"`{value}`" for value in each["values"])
            rows.append([f"`{each['name']}`", each["base"], each["meaning"], values])
        others = ["The others are those of [pappus-node](json.md#types)."] if self.elsewhere else []
        return ["## Types", *others, table("type", "JSON", "meaning", "values", rows=rows)]

    def bodies(self):
        rows = [[f"`{each['name']}`", str(each["code"]), ", ".join(f"`{name}`" for name in each["commands"]), each["form"]]
                for each in self.declared["messages"]]
        parts = [[each["name"], each["form"]] for each in self.declared["body_parts"]]
        return ["## Bodies of messages",
                "MESSAGE is the name of a message of Grin's protocol, and HEX is its body: the bytes that follow the "
                "header of its frame (magic, type, length), two hexadecimal digits a byte, in upper or lower case, without "
                "blanks. Integers are big-endian: u64 is one of 8 bytes without sign. A body does not say its protocol "
                "version. It is read as of version 1000, as of version 2, and as of version 1, and taken in the first form "
                "in which it is valid; a peer is sent it in the form of the version negotiated with it.",
                table("message", "code", "commands", "body", rows=rows),
                "Parts of bodies:", table("part", "form", rows=parts)]

    def former_keys(self):
        rows = [[f"`{field['name']}`", f"`{field['former_of']}`", f"{kind} `{each['name']}`"]
                for kind, objects in [("event", "events"), ("reply to", "replies"), ("object", "parts")]
                for each in self.declared[objects] for field in each["fields"] if field["former_of"]]
        return ["## Former keys",
                "Each has the same value as the key that took its place, and is written for one release. Former names "
                "of metrics are in [metrics](metrics.md#former-names).", table("former key", "key", "in", rows=rows)]


def declared_by(*command):
    """What a program declares."""
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def text_of(paragraphs):
    return "\n\n".join(each for each in paragraphs if each)


def node_page(declared, generated):
    of = Page(declared)
    return text_of(["# pappus-node: JSON", generated,
                    "With `--json`, `pappus-node` writes one JSON object a line: an event, or the reply to a command. "
                    "Without it, the same fields are written as text. The program's tests check that each line that "
                    "they read has the fields of this page, of these types, and no others; `--describe-json` prints the "
                    "same as JSON. What [pappus-full-node](json_full_node.md) writes has a page of its own.",
                    *of.events(), *of.replies(), *of.objects(), *of.types(), *of.bodies(), *of.former_keys()])


def full_node_page(declared, declared_by_node, generated):
    of = Page(declared, Page(declared_by_node))
    return text_of(["# pappus-full-node: JSON", generated,
                    "With `--json`, [pappus-full-node](../guides/full_node.md) writes one JSON object a line, like "
                    "[pappus-node](json.md). This page has what is different. The program's tests check each line that "
                    "they read against both; `--describe-json` prints all as JSON.",
                    *of.events(), *of.replies(), *of.objects(), *of.types()])
