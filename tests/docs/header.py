"""The declarations of a public header with their comments, for docs/reference/api.md.

Reads what the formatter of this project writes. A comment is that of the declarations below it, up to the next comment
or blank line, and of those with a remark behind them only that of the first. A declaration that cannot be read, or that
has no comment and is not a constructor, is an error.
"""

import re
import sys

# Parts of the implementation, such as the operations that functions return to be awaited, and what reads messages.
INTERNAL = re.compile(r"\w*_operation|\w*awaiter|\w*promise\w*|run_scope|references|entry|is_outcome|ban_reason"
                      r"|await_(ready|suspend|resume)|awaited_once|(value|error)_type|get_return_object"
                      r"|\w+_layout|body_rules|coinbase|parsed_header|read_header|complete_header_size"
                      r"|(mainnet|testnet|usernet|automated)_\w+|chains")
# What the compiler calls, and what is complete without a comment.
UNLISTED = re.compile(r"operator co_await|^(friend|static_assert)\b|\(key, |= (delete|default)$|~\w+\(\)|^using [\w:]+$"
                      r"|^template <> |\bstd::hash|\w<\w+(<.*?>)?> = ")
# What each message has, unless it has a comment of its own: the concept in wire/message.hpp says what it is.
OF_MESSAGES = re.compile(r"static constexpr (std::uint8_t code|const char\* name) "
                         r"|static constexpr bool (has_long_lists|ignores_trailing_bytes) |\bcap\(chain_limits( net)?\)"
                         r"|static \w+ read\(reader& in\)|void write\(writer& out\)"
                         r"|size\(protocol_version( \w+)?\)")
TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|[{}();]')
LINE = re.compile(r"/{2,3} ?(?P<comment>.*)|(?P<access>public|protected|private):|"
                  r"#define (?P<macro>\w+\(.*?\))(?:.*\\\n)*.*|#.*")


class Declaration:
    def __init__(self, text, body, comment, where):
        self.body, self.comment = body, comment
        text = re.sub(r"\[\[\w+(::\w+)?\]\] | PAPPUS_LIFETIME_BOUND| ?//[^\n]*", "", text)
        self.text = re.sub(r"\s+", " ", text).strip()
        if body is not None and "(" in self.text:  # the members that a constructor initializes
            self.text = re.split(r"(?<=\)) : |(?<=noexcept) : ", self.text)[0]
        plain = self.text
        while plain.startswith("template <"):
            plain = behind(plain, plain.index("<"), "<>", where).strip()
        if plain.startswith("requires"):
            plain = re.sub(r"^requires ?([\w:]+<.*?>+ |requires \{.*?\} )?", "", plain)
            plain = behind(plain, 0, "()", where).strip() if plain.startswith("(") else plain
        self.plain = re.sub(r"^(inline|static|constexpr) ", "", plain)
        self.kind = (re.match(r"(namespace|class|struct|enum class|using|concept)\b", self.plain) or [""])[0]
        self.is_type = self.kind in ("class", "struct", "enum class")
        flat, before = self.plain, ""
        while flat != before:  # "@" for parameters, nothing for template arguments
            before, flat = flat, re.sub(r"<[^<>()]*>", "", re.sub(r"\([^()]*\)", "@", flat))
        head = re.split(r" = |\{", flat)[0]
        self.is_outside = not self.kind and re.search(r"::\w+(@|$)", head)  # its class has it
        self.is_function = not self.kind and "@" in head
        name = (re.match(rf"{self.kind} (?:@ )?([\w:]*(?:<\w+>::\w+)?)", self.plain) if self.kind
                else re.search(r"(operator ?(?:@(?=@)|[^\w\s@]+|[\w:]+&?)|(?!explicit@)~?\w+)@", head) if self.is_function
                else re.search(r"(\w+)(?:\[\w*\])?$", head))
        self.name = name[1] if name else sys.exit(f"{where}: cannot read {self.text}")


def behind(text, at, pair, where):
    """The text behind the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += {pair[0]: 1, pair[1]: -1}.get(text[i], 0)
        if depth == 0:
            return text[i + 1 :]
    sys.exit(f"{where}: a bracket is not closed: {text}")


def closing(text, at, where):
    """Behind the brace that closes the one at `at`."""
    depth = 0
    for token in TOKEN.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    sys.exit(f"{where}: a brace is not closed")


def declarations(text, where, access="public"):
    """The public declarations in a file, a namespace or a class."""
    comment, takes, at = [], False, 0
    while True:
        blank = re.compile(r"\s*").match(text, at)
        at = blank.end()
        if blank[0].count("\n") > 1:
            comment, takes = [], False
        if at == len(text):
            return
        line = LINE.match(text, at)
        if line and line["comment"] is not None:
            comment, takes = (comment if takes else []) + [line["comment"]], True
        elif line and line["access"]:
            access = line["access"]
        elif line and line["macro"] and comment:
            yield Declaration(line["macro"], None, comment, where)
            takes = False
        if line:
            at = line.end()
            continue
        depth = end = 0
        body = None
        for token in TOKEN.finditer(text, at):
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            if token.start() < end or depth or token[0] not in "{;":
                continue
            stop, end = token.start(), token.end()
            if token[0] == ";":
                break
            end = closing(text, stop, where)
            if not re.search(r"[\w>=]\Z|= \Z|\brequires \Z", text[:stop]):  # neither a member's value nor a constraint
                body = text[stop + 1 : end - 1]
                break
        else:
            sys.exit(f"{where}: cannot read {text[at : at + 80]}")
        declared, at = text[at:stop], end + (body is not None and text[end : end + 1] == ";")
        remark = re.compile(r" +// (.*)").match(text, at)
        at = remark.end() if remark else at
        if access == "public":
            of_this = comment if takes or not remark else []
            yield Declaration(declared, body, of_this + [remark[1]] if remark else of_this, where)
        takes = False


def listed(text, where, access="public"):
    """The declarations that are shown; `where` is the header, and the name of a class if the text is that of one."""
    for each in declarations(text, where, access):
        forward = each.is_type and each.body is None
        if each.kind == "namespace" and not re.search(r"\bdetail\b", each.text):
            yield from listed(each.body, where)
        elif not (each.kind == "namespace" or forward or each.is_outside
                  or INTERNAL.fullmatch(each.name) or UNLISTED.search(each.text)):
            if not each.comment and OF_MESSAGES.search(each.text):
                continue
            if not each.comment and each.name != where.split()[-1]:
                sys.exit(f"{where}: {each.name} has no comment: {each.text}")
            yield each


def groups(shown):
    """Lists of neighbors that have one comment. A type is a list of its own."""
    found = []
    for each in shown:
        if not found or each.is_type or found[-1][-1].is_type or found[-1][-1].comment is not each.comment:
            found.append([])
        found[-1].append(each)
    return found


def enumerators(body):
    """The enumerators of a body by the comments that stand above groups of them: pairs of a comment, empty if there is
    none, and a list of names with their remarks. A group ends at a blank line."""
    found = []
    for block in re.split(r"\n\s*\n", body):
        above, some = [], []
        for line in filter(None, map(str.strip, block.splitlines())):
            code, _, remark = (part.strip() for part in line.partition("//"))
            if not code and some:
                some[-1] = (some[-1][0], f"{some[-1][1]} {remark}")  # goes on
            elif not code:
                above.append(remark)
            names = [name.partition("=")[0].strip() for name in code.split(",") if name.strip()]
            some += [(name, remark if name == names[-1] else "") for name in names]
        if found and not above and not found[-1][0]:
            found[-1][1].extend(some)
        elif some:
            found.append((" ".join(above), some))
    return found
