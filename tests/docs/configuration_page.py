"""docs/reference/configuration.md: the settings of a node, with the comments of its structs of options.

`node_config`, and each struct to which the type of a member of one on the page leads, except for those in VALUES.
"""

import pathlib
import re

from header import closing, declarations

INCLUDE = pathlib.Path(__file__).resolve().parent.parent.parent / "include" / "pappus"

# Structs that are one value, not a number of settings.
VALUES = {"io::endpoint", "io::endpoint_range", "wire::chain_parameters", "wire::protocol_version"}


class Struct:
    """`name` is qualified, without `pappus`; `text` is that of the header, a path below `include/pappus`."""

    def __init__(self, name, header, text):
        self.name, self.header = name, header
        *self.outer, plain = name.split("::")
        found = re.search(rf"((?:^///.*\n)*)^struct {plain} {{", text, re.M)
        self.purpose = " ".join(line.removeprefix("///").strip() for line in found[1].splitlines())
        body = text[found.end() : closing(text, found.end() - 1, header) - 1]
        inner = declarations(body, f"{header} {plain}")
        self.members = [Member(each) for each in inner if not (each.kind or each.is_function)]

    def table(self):
        return "| member | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(
            f"| `{each.name}` | `{each.type}` | {each.default and f'`{each.default}`'} | {each.meaning} |"
            for each in self.members)


class Member:
    def __init__(self, declaration):
        self.name = declaration.name
        self.type, value = re.fullmatch(rf"(.*) {self.name}(?: = (.*)|\{{.*\}})?", declaration.text).groups()
        braces = re.search(rf" {self.name}(\{{.+\}})$", declaration.text)
        self.default = "" if value == "{}" else value or (braces[1] if braces and braces[1] != "{}" else "")
        self.meaning = " ".join(declaration.comment).replace("|", "\\|")


def structs_in(headers):
    """Header of each struct at the level of a namespace, by qualified name. `headers`: texts by path."""
    found = {}
    for path, text in headers.items():
        inside = re.search(r"^namespace pappus(?:::([\w:]+))? \{", text, re.M)
        outer = f"{inside[1]}::" if inside and inside[1] else ""
        found |= {outer + name: path for name in re.findall(r"^struct (\w+) \{", text, re.M)}
    return found


def settings(headers, first="node_config"):
    """`first`, and the structs to which it leads, in the order in which they are met."""
    known = structs_in(headers)
    found, new = {}, [first]
    for name in new:
        if name in found or name in VALUES:
            continue
        found[name] = Struct(name, known[name], headers[known[name]])
        for member in found[name].members:
            for used in re.findall(r"[\w:]+", re.sub(r"std::function<.*>", "", member.type)):
                outer = found[name].outer
                scopes = ["::".join(outer[:depth] + [used]) for depth in range(len(outer), -1, -1)]
                new += [scope for scope in scopes if scope in known][:1]
    return list(found.values())


def settings_of_node():
    """Those of the headers that there are."""
    return settings({str(path.relative_to(INCLUDE)): path.read_text() for path in sorted(INCLUDE.rglob("*.hpp"))})


def page(generated):
    """The text of the page."""
    node_config, *others = settings_of_node()
    paragraphs = [f"# Settings of a node\n\n{generated}",
                  "`pappus::node_config`, in `<pappus/node_config.hpp>`. The constructor of a node throws "
                  "`std::invalid_argument` if a setting is out of its range.",
                  node_config.table()]
    paragraphs += [f"## {each.name}\n\nIn `<pappus/{each.header}>`. {each.purpose}\n\n{each.table()}" for each in others]
    return "\n\n".join(paragraphs)
