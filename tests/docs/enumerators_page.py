"""docs/reference/enumerators.md: what the enumerators mean that applications meet, and how they are printed.

Each enumeration of errors in a public header must be among ENUMERATIONS, and each that makes a std::error_code in the
table of categories of docs/guides/errors.md, too.
"""

import pathlib
import re

from header import enumerators

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = ROOT / "include" / "pappus"

# Header of each, and the source that prints it.
ENUMERATIONS = (
    ("errc", "error.hpp", "src/error.cpp"),
    ("peer::disconnect_reason", "peer/disconnect_info.hpp", "src/peer/disconnect_info.cpp"),
    ("peer::request_error", "peer/session/peer_request.hpp", "src/peer/session/peer_request.cpp"),
    ("peer::stem_errc", "peer/stem_result.hpp", "src/peer/stem_result.cpp"),
    ("peer::stem_outcome", "peer/stem_result.hpp", "include/pappus/peer/stem_result.hpp"),
    ("peer::fluff_reason", "peer/stem_result.hpp", "include/pappus/peer/stem_result.hpp"),
    ("peer::store_errc", "peer/store/store_errc.hpp", None),
    ("peer::transport_errc", "peer/transport/transport_errc.hpp", "src/peer/transport/transport_errc.cpp"),
    ("io::socks5_errc", "io/socks5.hpp", "src/io/socks5.cpp"),
    ("tls::errc", "tls/errc.hpp", "src/tls/errc.cpp"),
    ("portmap::mapping_errc", "portmap/error.hpp", "src/portmap/error.cpp"),
    ("integration::call_errc", "integration/threads/call_errc.hpp", None),
    ("integration::archive_errc", "integration/txhashset/error.hpp", "src/integration/txhashset/error.cpp"),
    ("wire::decode_errc", "wire/error.hpp", "src/wire/error.cpp"),
    ("wire::encode_errc", "wire/error.hpp", "src/wire/error.cpp"),
    ("wire::capability", "wire/capabilities.hpp", None),
    ("peer::dandelion_scheme", "peer/dandelion/options.hpp", "include/pappus/peer/dandelion/options.hpp"),
    ("peer::fluff_mode", "peer/dandelion/options.hpp", None),
    ("peer::own_broadcast", "peer/private_broadcast/options.hpp",
     "include/pappus/peer/private_broadcast/options.hpp"),
    ("peer::transport_rule", "peer/transport/transport_options.hpp", "src/peer/transport/transport_options.cpp"),
    ("peer::transport_type", "peer/peer_info.hpp", None),
    ("peer::reachability_state", "peer/reachability/statistics.hpp", None),
    ("peer::log_level", "peer/log.hpp", "src/peer/log.cpp"),
)


def declared(text):
    """Qualified name and body of each enumeration at the level of a namespace, without `pappus`."""
    inside = re.search(r"^namespace pappus(?:::([\w:]+))? \{", text, re.M)
    outer = f"{inside[1]}::" if inside and inside[1] else ""
    return [(outer + name, body) for name, body in re.findall(r"^enum class (\w+)[^;{]*\{(.*?)\};", text, re.M | re.S)]


def errors_of(headers):
    """The enumerations of errors in headers, and whether they make a std::error_code. `headers`: their texts."""
    found = {}
    for text in headers:
        for qualified, _ in declared(text):
            name = qualified.split("::")[-1]
            makes_code = bool(re.search(rf"\bmake_error_code\({name} \w+\)", text))
            if makes_code or re.search(r"(^|_)(errc|error)$", name):
                found[qualified] = makes_code
    return found


def missing(headers, listed, errors_guide):
    """What the pages lack, a sentence each."""
    found = []
    for name, makes_code in errors_of(headers).items():
        if name not in listed:
            found.append(f"tests/docs/enumerators_page.py: {name} is not among ENUMERATIONS")
        if makes_code and f"\n| `{name}` | `pappus" not in errors_guide:
            found.append(f"docs/guides/errors.md: no row of {name} in the table of categories")
    return found


def missing_in_pages():
    """The same of the pages and headers that there are."""
    headers = [header.read_text() for header in sorted(INCLUDE.rglob("*.hpp"))]
    return missing(headers, {name for name, *_ in ENUMERATIONS}, (ROOT / "docs/guides/errors.md").read_text())


def texts(enum, body, source):
    """How enumerators are printed, by name: what a switch in `source` returns, or a choice between the only two."""
    found = dict(re.findall(rf'case {enum}::(\w+): return "([^"]*)"', source))
    choice = re.search(rf'== {enum}::(\w+) \? "([^"]*)" : "([^"]*)"', source)
    if choice:
        found = {name: choice[2] if name == choice[1] else choice[3] for _, some in enumerators(body) for name, _ in some}
    return found


def page(generated):
    """The text of the page."""
    paragraphs = [f"# Enumerators\n\n{generated}",
                  "What each enumerator means, and how it is printed where that is another name."]
    for name, header, printer in ENUMERATIONS:
        body = dict(declared((INCLUDE / header).read_text()))[name]
        printed = texts(name.split("::")[-1], body, (ROOT / printer).read_text()) if printer else {}
        paragraphs.append(f"## {name}\n\nIn `<pappus/{header}>`.")
        for applies, some in enumerators(body):
            rows = []
            for one, meaning in some:
                other = printed.get(one, one)
                rows.append(f"| `{one}` | {'' if other == one else f'`{other}`'} | {meaning} |")
            paragraphs += [applies] * bool(applies)
            paragraphs.append("| enumerator | printed as | meaning |\n|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(paragraphs)
