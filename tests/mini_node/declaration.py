"""The declaration of pappus-node's JSON objects, and checks of lines against it."""

import functools
import json
import re
import subprocess


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


HAS_BASE = {
    "boolean": lambda value: isinstance(value, bool),
    "unsigned integer": lambda value: is_integer(value) and value >= 0,
    "integer": is_integer,
    "number": lambda value: is_integer(value) or isinstance(value, float),
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
}


class Declaration:
    """Checks lines, and records the fields seen."""

    def __init__(self, declared):
        self.types = {each["name"]: each for each in declared["types"]}
        self.parts = {each["name"]: each for each in declared["parts"]}
        self.events = {each["name"]: each for each in declared["events"]}
        self.replies = {each["name"]: each for each in declared["replies"]}
        self.former_commands = {each["former_name"]: each for each in declared["replies"] if each["former_name"]}
        self.messages = declared["messages"]
        self.seen = set()  # ("reply ban", "ok") and the like

    def faults(self, line):
        """The differences of a line from the declaration, each as a sentence."""
        if "event" in line:
            name, objects = f"event {line['event']}", [self.parts["event"], self.events.get(line["event"])]
        elif line.get("ok") is False:
            name, objects = "refusal", [self.parts["reply"], self.parts["refusal"]]
        else:
            command = line.get("reply")
            declared = self.replies.get(command) or self.former_commands.get(command)
            name, objects = f"reply {command}", [self.parts["reply"], declared]
        if None in objects:
            return [f"{name} is not declared"]
        return self._object_faults(name, line, objects)

    def unseen(self):
        """Declared fields that no line had, and declared objects without a line."""
        declared = {("refusal", "error")}
        for kind, all_objects in [("event", self.events), ("reply", self.replies)]:
            for name, each in all_objects.items():
                declared |= {(f"{kind} {name}", field["name"]) for field in self._fields(each)}
                declared.add((f"{kind} {name}", kind))
        used = {field["type"].removeprefix("list of ") for each in self._all_objects() for field in each["fields"]}
        for name in used & set(self.parts):
            declared |= {(name, field["name"]) for field in self._fields(self.parts[name])}
        for each in self.replies.values():
            for part in each["alternatives"]:
                declared |= {(part, field["name"]) for field in self._fields(self.parts[part])}
        return sorted(declared - self.seen)

    def _all_objects(self):
        return [*self.events.values(), *self.replies.values(), *self.parts.values()]

    def _fields(self, declared):
        """The fields of an object and of its included parts, without its alternatives."""
        fields = []
        for part in declared["includes"]:
            fields += self._fields(self.parts[part])
        return fields + declared["fields"]

    def _object_faults(self, name, line, objects):
        fields = [field for each in objects for field in self._fields(each)]
        for part in [part for each in objects for part in each["alternatives"]]:
            more = self._fields(self.parts[part])
            if self._matches(line, fields + more):
                self.seen |= {(part, field["name"]) for field in more if field["name"] in line}
                fields += more
                break
        faults = [f"{name}.{key} is not declared" for key in line if key not in {field["name"] for field in fields}]
        for field in fields:
            key = field["name"]
            if key in line:
                self.seen.add((name, key))
                faults += self._value_faults(f"{name}.{key}", line[key], field["type"])
                if field["former_of"] and line[key] != line.get(field["former_of"]):
                    faults.append(f"{name}.{key} is not {field['former_of']}")
            elif not field["present_if"]:
                faults.append(f"{name}.{key} is missing")
        return faults

    @staticmethod
    def _matches(line, fields):
        """Whether an object has these fields, optional ones excepted, and no others."""
        return set(line) == {field["name"] for field in fields if field["name"] in line or not field["present_if"]}

    def _value_faults(self, name, value, type_name):
        if type_name.startswith("list of "):
            if not isinstance(value, list):
                return [f"{name} is no list"]
            kind = type_name.removeprefix("list of ")
            return [fault for each in value for fault in self._value_faults(name, each, kind)]
        if type_name in self.parts:
            if not isinstance(value, dict):
                return [f"{name} is no object"]
            return self._object_faults(type_name, value, [self.parts[type_name]])
        declared = self.types[type_name]
        right = HAS_BASE[declared["base"]](value)
        if right and (declared["values"] or declared["pattern"]):
            values = "|".join(map(re.escape, declared["values"]))
            right = re.fullmatch(f"({values}){declared['pattern']}", value)
        return [] if right else [f"{name} is no {type_name}: {value!r}"]


@functools.cache
def of(program):
    """The declaration of that pappus-node."""
    described = subprocess.run([program, "--describe-json"], stdout=subprocess.PIPE, check=True)
    return Declaration(json.loads(described.stdout))
