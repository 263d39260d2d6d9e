"""What pappus-node declares of the JSON objects that it writes, and whether a line is as declared."""

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
    """Checks lines, and remembers which fields it has seen."""

    def __init__(self, declared):
        self.types = {each["name"]: each for each in declared["types"]}
        self.parts = {each["name"]: each for each in declared["parts"]}
        self.events = {each["name"]: each for each in declared["events"]}
        self.replies = {each["name"]: each for each in declared["replies"]}
        self.former_commands = {each["former_name"]: each for each in declared["replies"] if each["former_name"]}
        self.seen = set()  # ("reply ban", "ok") and the like

    def faults(self, said):
        """Each way in which a line differs from what is declared, as a sentence."""
        if "event" in said:
            name, objects = f"event {said['event']}", [self.parts["event"], self.events.get(said["event"])]
        elif said.get("ok") is False:
            name, objects = "refusal", [self.parts["reply"], self.parts["refusal"]]
        else:
            command = said.get("reply")
            declared = self.replies.get(command) or self.former_commands.get(command)
            name, objects = f"reply {command}", [self.parts["reply"], declared]
        if None in objects:
            return [f"{name} is not declared"]
        return self._object_faults(name, said, objects)

    def unseen(self):
        """Declared fields that no line had, and objects of which no line was."""
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
        """Its fields and those of the parts that it includes, but none of its alternatives."""
        fields = []
        for part in declared["includes"]:
            fields += self._fields(self.parts[part])
        return fields + declared["fields"]

    def _object_faults(self, name, said, objects):
        fields = [field for each in objects for field in self._fields(each)]
        for part in [part for each in objects for part in each["alternatives"]]:
            more = self._fields(self.parts[part])
            if self._are_those_of(said, fields + more):
                self.seen |= {(part, field["name"]) for field in more if field["name"] in said}
                fields += more
                break
        faults = [f"{name}.{key} is not declared" for key in said if key not in {field["name"] for field in fields}]
        for field in fields:
            key = field["name"]
            if key in said:
                self.seen.add((name, key))
                faults += self._value_faults(f"{name}.{key}", said[key], field["type"])
                if field["former_of"] and said[key] != said.get(field["former_of"]):
                    faults.append(f"{name}.{key} is not {field['former_of']}")
            elif not field["present_if"]:
                faults.append(f"{name}.{key} is missing")
        return faults

    @staticmethod
    def _are_those_of(said, fields):
        """Whether an object has these fields, except for some that need not be there, and no others."""
        return set(said) == {field["name"] for field in fields if field["name"] in said or not field["present_if"]}

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
    told = subprocess.run([program, "--describe-json"], stdout=subprocess.PIPE, check=True)
    return Declaration(json.loads(told.stdout))
