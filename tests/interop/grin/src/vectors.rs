//! Writes test data with Grin's own code: transactions, bodies of all other messages, and genesis hashes. All keys and
//! nonces are fixed: every run writes the same bytes.

use std::{fs, path::Path};

use grin_core::core::hash::Hash;
use grin_core::global::{self, ChainTypes};
use grin_keychain::{ExtKeychain, ExtKeychainPath, Identifier, Keychain};
use grin_util::ToHex;

use crate::{blocks, chain, genesis, headers, peers, segments, transactions};

pub const VERSIONS: [u32; 4] = [1, 2, 3, 1000];

pub fn key(n: u32) -> Identifier {
    ExtKeychainPath::new(1, n, 0, 0, 0).to_identifier()
}

pub fn write(folder: &Path, name: &str, text: String) {
    fs::write(folder.join(name), text + "\n").expect("the folder can be written to");
}

pub fn lines(hashes: impl Iterator<Item = Hash>) -> String {
    let lines: Vec<String> = hashes.map(|hash| hash.to_hex()).collect();
    lines.join("\n")
}

pub fn write_all(folder: &Path) {
    fs::create_dir_all(folder).expect("the folder can be made");
    global::set_local_nrd_enabled(true);
    let keychain = ExtKeychain::from_seed(b"pappus test data", true).expect("a seed");

    genesis::write_all(folder);

    global::set_local_chain_type(ChainTypes::Mainnet);
    headers::write_mainnet(folder);

    global::set_local_chain_type(ChainTypes::UserTesting);
    let transactions = transactions::write_all(folder, &keychain);
    headers::write_usernet(folder);
    let full = blocks::write_usernet(folder, &keychain, &transactions);
    segments::write_usernet(folder, full.outputs(), full.kernels());
    peers::write_all(folder);

    global::set_local_chain_type(ChainTypes::AutomatedTesting);
    let mined = chain::mine(&keychain);
    headers::write_mined(folder, &mined);
    blocks::write_mined(folder, &mined);
    segments::write_mined(folder, &mined);
}
