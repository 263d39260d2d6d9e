"""Attacks that tests of the other suites make, in simulated time or at every point: where each of them is.

Each is (attack, file below tests/, the name of a test in it).
"""

from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent

COVERED = [
    ("frames: absolute deadlines", "peer/session/session_test.cpp",
     "a frame that dribbles in has an absolute deadline"),
    ("silence before and after a handshake", "peer/session/session_test.cpp",
     "a peer that says nothing for thirty seconds is gone, one that never pongs after sixty"),
    ("every message cut short at every byte", "peer/session/bad_input_test.cpp",
     "a message of any type that is cut short ends its session by name, and no other"),
    ("a session split at any byte", "peer/session/session_test.cpp", "a session outlives any split of what it is sent"),
    ("more messages than Grin accepts", "peer/session/send_limit_test.cpp",
     "no peer gets more than 470 messages in a minute, however much there is to tell, to answer and to ask"),
    ("a connection to itself", "mini_node/sessions.py", "test_a_connection_to_itself_is_recognized"),
    ("dials that cross", "peer/connections/duplicates_test.cpp",
     "two nodes that connect to each other at once keep the same one of the connections, within half a minute"),
    ("eviction: the merits that protect", "peer/connections/eviction_test.cpp",
     "a peer that is the best by one criterion stays, however many others come"),
    ("eclipse by few netgroups", "peer/discovery/eclipse_test.cpp",
     "a thousand addresses in eight netgroups do not take all outbound slots in the long run"),
    ("addresses of one source", "peer/store/address_book_bounds_test.cpp",
     "one source reaches a sixteenth of the new table at most"),
    ("address answers: one sample a day", "peer/handlers/address_relay_test.cpp",
     "all requests within most of a day get the same addresses, unless the book has doubled"),
    ("addresses of other services", "peer/handlers/address_relay_test.cpp",
     "addresses with ports of other services are refused"),
    ("accounts: more addresses than are counted", "peer/accounts/accounts_test.cpp",
     "when there are too many accounts, those of a netgroup are merged, and their debts are kept"),
    ("accounts: debts outlast a reconnect", "peer/budgets_test.cpp",
     "responses with transactions count in the quota of the address, and outlive a session"),
    ("reconnecting at once, to misbehave", "peer/access/ban_manager_test.cpp",
     "a peer that misbehaves at every connection gets at most four times a dozen connections an hour"),
    ("bans after every change", "peer/store/ban_list_test.cpp",
     "after any changes a lookup finds the same as a linear search"),
    ("memory: who goes when it is short", "peer/memory_test.cpp",
     "incomplete frames count; when they are too many, the slowest peer of the largest netgroup is disconnected"),
    ("an allocation that fails", "peer/session/exception_boundary_allocations_test.cpp",
     "an allocation that fails costs one session at most, whichever it is"),
    ("an application that throws", "peer/session/exception_boundary_test.cpp",
     "a host's function that throws whenever it is called costs others nothing"),
    ("withheld: 100 silent peers, one honest", "peer/withholding_test.cpp",
     "100 silent inbound peers do not keep a transaction from a node that has one honest inbound peer"),
    ("stem: altered copies as probes", "peer/dandelion/probe_test.cpp",
     "several stems do not reveal it, on one connection, on another from the address, or from another address"),
    ("stem: rejected ones cost as fluffs", "peer/dandelion/burning_test.cpp",
     "a rejected stem scores like a rejected fluff: after six the peer is disconnected and discouraged"),
    ("stem: a peer that is behind", "peer/dandelion/burning_test.cpp",
     "no stem is sent to a peer more than ten blocks behind us, as long as there is another"),
    ("stem: relays that drop it", "peer/dandelion/dandelion_relays_test.cpp",
     "a relay that drops stems delays a transaction, and it is fluffed in the end"),
    ("a header with the proof of another", "mini_node/best_chain.py",
     "test_a_header_with_the_proof_of_another_does_not_keep_the_true_block_out"),
    ("a header's content with another's proof", "peer/handlers/chain_announcements_test.cpp",
     "a header with the proof of work of another does not suppress the announcement of the true one"),
    ("synchronization: seven liars of eight", "integration/sync/syncer_test.cpp",
     "the chain is complete in the end, whatever seven peers of eight do, and also after a reorganization"),
    ("a slow clock", "mini_node/following.py",
     "test_a_clock_that_contradicts_the_blocks_is_logged_once_without_blame_for_a_peer"),
    ("a clock that jumps", "clocks_test.cpp",
     "a clock that becomes wrong while the node runs loses nothing, and adjusts no time"),
    ("deadlines at the ends of the range", "peer/deadlines_test.cpp",
     "the address book works at any time, and with any times in it"),
    ("without DNS", "mini_node/introductions.py", "test_a_name_that_does_not_resolve_is_logged"),
    ("a store that cannot be used", "mini_node/addresses.py",
     "test_while_the_store_is_missing_nothing_is_acknowledged"),
    ("a foreign file as store", "peer/store/foreign_file_test.cpp",
     "a file that is not a database is refused and not changed, however short"),
    ("a kill, and a loss of power", "peer/store/sqlite_store_test.cpp",
     "after a loss of power acknowledged bans are there, others completely or not at all"),
    ("requests: which response belongs to which", "peer/session/pending_requests_test.cpp",
     "each question is answered by its answer alone, once"),
    ("requests for transactions: preferred peers first", "peer/relay/tx_request_order_test.cpp",
     "outbound peers are asked before all others, also after unanswered requests"),
    ("received messages wait their turn", "peer/session/budget_test.cpp",
     "a peer that has brought more than a turn takes lets the messages of others be handled meanwhile"),
    ("no descriptor to dial with", "mini_node/descriptors.py",
     "test_an_attempt_to_connect_without_a_descriptor_is_counted_and_logged"),
    ("addresses of no single machine, or no port", "peer/store/address_rules_test.cpp",
     "an address without a port, or of no single machine, is never valid"),
    ("two sessions with a Grin peer", "peer/connections/duplicates_test.cpp",
     "of two connections with a Grin peer the listed one is kept, whoever connected first"),
    ("TLS handshakes that are wrong in any way", "peer/transport/link_input_test.cpp",
     "a bad greeting at the listener for private links is a line in the log, and the end of that connection"),
    ("TLS at the plain port", "peer/transport/link_input_test.cpp",
     "TLS at the plain port is a line in the log, and the end of that connection"),
    ("archive: path traversal", "integration/txhashset/unpack_test.cpp", "a file name with path traversal is refused"),
    ("archive: links, devices", "integration/txhashset/unpack_test.cpp", "links, folders and devices are refused"),
    ("archive: one name twice", "integration/txhashset/unpack_test.cpp",
     "two files with one name are refused, also if they differ in case"),
    ("archive: bombs", "integration/txhashset/unpack_test.cpp", "zip bombs are refused before a byte is unpacked"),
    ("archive: unsolicited", "mini_node/chain.py", "test_an_unsolicited_archive_ends_the_session"),
]


def missing():
    """Those whose test is no longer there."""
    found = []
    for attack, file, test in COVERED:
        path = TESTS / file
        if not path.exists() or test not in path.read_text():
            found.append(f"{attack}: tests/{file} has no test '{test}'")
    return found
