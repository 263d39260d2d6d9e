"""docs/reference/json.md: the objects that pappus-node --json writes, as the program declares them.

The declaration is in examples/mini_node/json; the tests of tests/mini_node check what is written against it.
"""

import json
import subprocess


def table(*columns, rows):
    lines = ["| " + " | ".join(cells) + " |" for cells in [columns, *rows]]
    return "\n".join([lines[0], "|---" * len(columns) + "|", *lines[1:]])


class Page:
    def __init__(self, declared):
        self.declared = declared
        self.parts = {each["name"]: each for each in declared["parts"]}

    def fields(self, declared):
        included = [field for part in declared["includes"] for field in self.fields(self.parts[part])]
        return included + declared["fields"]

    def shown_type(self, name):
        kind = name.removeprefix("list of ")
        shown = f"[{kind}](#{kind})" if kind in self.parts else f"`{kind}`"
        return shown if kind == name else f"list of {shown}"

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
        paragraphs = ["## Events", event["meaning"], self.field_table(event)]
        for each in self.declared["events"]:
            paragraphs += self.section(f"`{each['name']}`", each)
        return paragraphs

    def replies(self):
        reply, refusal = self.parts["reply"], self.parts["refusal"]
        paragraphs = ["## Replies", "[The command line](command_line.md) lists the commands. " + reply["meaning"],
                      self.field_table(reply), refusal["meaning"], self.field_table(refusal),
                      "If it succeeded, there are the fields below, and what is said there holds when the reply is written."]
        for each in self.declared["replies"]:
            paragraphs += self.section(f"`{each['name']}`", each)
            if not self.fields(each) and not each["alternatives"]:
                paragraphs.append("No other fields.")
        return paragraphs

    def objects(self):
        """Parts to which a field or an alternative refers, in the order of their declaration."""
        used, new = set(), self.declared["events"] + self.declared["replies"]
        while new:
            names = {name for each in new for name in each["alternatives"]}
            names |= {field["type"].removeprefix("list of ") for each in new for field in self.fields(each)}
            new = [self.parts[name] for name in names & set(self.parts) - used]
            used |= names
        paragraphs = ["## Objects in replies"]
        for name, each in self.parts.items():
            if name in used:
                paragraphs += self.section(name, each)
        return paragraphs

    def types(self):
        rows = []
        for each in self.declared["types"]:
            values = ", ".join(f"`{value}`" for value in each["values"])
            rows.append([f"`{each['name']}`", each["base"], each["meaning"], values])
        return ["## Types", table("type", "JSON", "meaning", "values", rows=rows)]

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
                "of metrics are in `former_metrics.hpp`.", table("former key", "key", "in", rows=rows)]


def page(program, generated):
    """The text of the page, from the declaration of that pappus-node."""
    declared = subprocess.run([program, "--describe-json"], stdout=subprocess.PIPE, text=True, check=True).stdout
    of = Page(json.loads(declared))
    paragraphs = ["# pappus-node: JSON", generated,
                  "With `--json`, `pappus-node` writes one JSON object a line: an event, or the reply to a command. "
                  "Without it, the same fields are written as text. The program's tests check that each line that they "
                  "read has the fields of this page, of these types, and no others; `--describe-json` prints the same as "
                  "JSON.",
                  *of.events(), *of.replies(), *of.objects(), *of.types(), *of.bodies(), *of.former_keys()]
    return "\n\n".join(each for each in paragraphs if each)
