//! The first blocks of the networks; the testing networks mine theirs as the server does at its start.

use std::path::Path;

use grin_core::core::hash::Hashed;
use grin_core::core::Block;
use grin_core::global::{self, ChainTypes};
use grin_core::{genesis, pow};
use grin_util::ToHex;

use crate::vectors::write;
use crate::{blocks, headers};

fn genesis_of(network: ChainTypes) -> Block {
    global::set_local_chain_type(network);
    match network {
        ChainTypes::Mainnet => genesis::genesis_main(),
        ChainTypes::Testnet => genesis::genesis_test(),
        _ => pow::mine_genesis_block().expect("it can be mined"),
    }
}

pub fn write_all(folder: &Path) {
    let mut hashes = vec![];
    for (name, network) in [
        ("mainnet", ChainTypes::Mainnet),
        ("testnet", ChainTypes::Testnet),
        ("usernet", ChainTypes::UserTesting),
        ("automated", ChainTypes::AutomatedTesting),
    ] {
        let block = genesis_of(network);
        hashes.push(format!("{name} {}", block.hash().to_hex()));
        headers::write_header(folder, name, "genesis", &block.header);
        blocks::write_block(folder, name, "genesis", &block);
    }
    write(folder, "genesis", hashes.join("\n"));
}
