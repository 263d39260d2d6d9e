//! Bodies of the messages that peers exchange about themselves, each other and what they ask for, by grin_p2p.

use std::path::Path;

use grin_core::core::SegmentIdentifier;
use grin_core::pow::Difficulty;
use grin_core::ser::{ProtocolVersion, Writeable};
use grin_p2p::msg::{
    BanReason, GetPeerAddrs, Hand, Locator, PeerAddrs, Ping, Pong, SegmentRequest, Shake,
    TxHashSetArchive, TxHashSetRequest,
};
use grin_p2p::types::{Capabilities, PeerAddr, ReasonForBan};

use crate::message::{name_of, written, Message};

fn save(folder: &Path, name: &str, shape: &str, value: &impl Writeable) {
    Message::new(folder, "usernet", name).write(shape, |version| written(value, version));
}

fn address(text: &str) -> PeerAddr {
    PeerAddr(text.parse().expect("an address"))
}

fn write_handshake(folder: &Path) {
    let hand = Hand {
        version: ProtocolVersion(1000),
        capabilities: Capabilities::default(),
        nonce: 0x0102_0304_0506_0708,
        genesis: name_of(1),
        total_difficulty: Difficulty::from_num(12345),
        sender_addr: address("[::]:3414"),
        receiver_addr: address("93.184.216.34:13414"),
        user_agent: "MW/Grin 5.5.0".into(),
    };
    save(folder, "hand", "usual", &hand);
    let shake = Shake {
        version: ProtocolVersion(3),
        capabilities: Capabilities::all(),
        genesis: name_of(1),
        total_difficulty: Difficulty::from_num(u64::MAX),
        user_agent: "".into(),
    };
    save(folder, "shake", "no_agent", &shake);
    let total_difficulty = Difficulty::from_num(12345);
    let height = 678;
    save(
        folder,
        "ping",
        "usual",
        &Ping {
            total_difficulty,
            height,
        },
    );
    save(
        folder,
        "pong",
        "usual",
        &Pong {
            total_difficulty,
            height,
        },
    );
}

fn write_addresses(folder: &Path) {
    let capabilities = Capabilities::PEER_LIST;
    save(
        folder,
        "get_peer_addrs",
        "usual",
        &GetPeerAddrs { capabilities },
    );
    for (shape, list) in [
        ("none", vec![]),
        ("v4", vec!["1.2.3.4:3414"]),
        ("v6", vec!["[2001:db8::1:2]:13414"]),
        (
            "three",
            vec!["1.2.3.4:3414", "[::1]:1", "255.255.255.255:65535"],
        ),
        ("most", vec!["10.20.30.40:3414"; 256]),
    ] {
        let peers = list.iter().map(|text| address(text)).collect();
        save(folder, "peer_addrs", shape, &PeerAddrs { peers });
    }
}

fn write_questions(folder: &Path) {
    for count in [0, 1, 20] {
        let hashes = (0..count).map(name_of).collect();
        save(
            folder,
            "get_headers",
            &count.to_string(),
            &Locator { hashes },
        );
    }
    let hash = name_of(5);
    for name in [
        "get_block",
        "get_compact_block",
        "get_transaction",
        "transaction_kernel",
    ] {
        save(folder, name, "usual", &hash);
    }
    save(
        folder,
        "txhashset_request",
        "usual",
        &TxHashSetRequest { hash, height: 678 },
    );
    let archive = TxHashSetArchive {
        hash,
        height: 678,
        bytes: 67_108_864,
    };
    save(folder, "txhashset_archive", "usual", &archive);
    for name in ["output_bitmap", "output", "range_proof", "kernel"] {
        let identifier = SegmentIdentifier {
            height: 11,
            idx: 258,
        };
        let request = SegmentRequest {
            block_hash: hash,
            identifier,
        };
        save(folder, &format!("get_{name}_segment"), "usual", &request);
    }
    for (shape, ban_reason) in [
        ("0", ReasonForBan::None),
        ("1", ReasonForBan::BadBlock),
        ("2", ReasonForBan::BadCompactBlock),
        ("3", ReasonForBan::BadBlockHeader),
        ("4", ReasonForBan::BadTxHashSet),
        ("5", ReasonForBan::ManualBan),
        ("6", ReasonForBan::FraudHeight),
        ("7", ReasonForBan::BadHandshake),
    ] {
        save(folder, "ban_reason", shape, &BanReason { ban_reason });
    }
}

pub fn write_all(folder: &Path) {
    write_handshake(folder);
    write_addresses(folder);
    write_questions(folder);
}
