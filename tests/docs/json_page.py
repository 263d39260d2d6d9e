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
        full = [each for each in self.declared["replies"] if self.fields(each) or each["alternatives"]]
        plain = ", ".join(f"`{each['name']}`" for each in self.declared["replies"] if each not in full)
        paragraphs = ["## Replies", "[The command line](command_line.md) lists the commands. " + reply["meaning"],
                      self.field_table(reply), refusal["meaning"], self.field_table(refusal),
                      f"If it succeeded, there are the fields below; none in the replies to {plain}."]
        for each in full:
            paragraphs += self.section(f"`{each['name']}`", each)
        for each in self.declared["replies"]:
            if each not in full and each["former_name"]:
                paragraphs += [f"`reply` is `{each['former_name']}` if `{each['name']}` was given by that former name."]
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
                  *of.events(), *of.replies(), *of.objects(), *of.types(), *of.former_keys()]
    return "\n\n".join(each for each in paragraphs if each)
