//! Writes test data with Grin's own code: transactions made by libtx, other messages, and genesis hashes.
//!
//!     pappus-grin-vectors FOLDER
//!
//! Keys are fixed, but libtx blinds with fresh randomness, so every run gives other, equally valid transactions.

use std::{env, fs, path::Path, process};

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::transaction::{
    self, CommitWrapper, FeeFields, Inputs, NRDRelativeHeight, OutputFeatures, Weighting,
};
use grin_core::core::{Input, KernelFeatures, Transaction};
use grin_core::global::{self, ChainTypes};
use grin_core::libtx::build::{self, input, output};
use grin_core::libtx::ProofBuilder;
use grin_core::ser::{self, ProtocolVersion};
use grin_core::{genesis, pow};
use grin_keychain::{ExtKeychain, ExtKeychainPath, Identifier, Keychain};
use grin_util::ToHex;

mod messages;
mod peers;

const VERSIONS: [u32; 4] = [1, 2, 3, 1000];

fn key(n: u32) -> Identifier {
    ExtKeychainPath::new(1, n, 0, 0, 0).to_identifier()
}

/// A valid transaction with these input and output amounts; the difference is its fee.
fn make(
    keychain: &ExtKeychain,
    features: KernelFeatures,
    first: u32,
    ins: &[u64],
    outs: &[u64],
) -> Transaction {
    let builder = ProofBuilder::new(keychain);
    let mut parts = vec![];
    let mut n = first;
    for amount in ins {
        parts.push(input(*amount, key(n)));
        n += 1;
    }
    for amount in outs {
        parts.push(output(*amount, key(n)));
        n += 1;
    }
    let made = build::transaction(features, &parts, keychain, &builder).expect("libtx builds it");
    let made = with_input_features(made);
    made.validate(Weighting::AsTransaction)
        .expect("it is valid");
    made
}

/// libtx lists inputs as commitments alone, which versions 1 and 2 cannot carry; all ours spend plain outputs.
fn with_input_features(made: Transaction) -> Transaction {
    let commitments: Vec<CommitWrapper> = made.inputs().into();
    let mut inputs: Vec<Input> = commitments
        .iter()
        .map(|input| Input::new(OutputFeatures::Plain, input.commitment()))
        .collect();
    inputs.sort_unstable();
    Transaction {
        body: made.body.replace_inputs(Inputs::from(inputs.as_slice())),
        ..made
    }
}

fn fee(amount: u64) -> FeeFields {
    FeeFields::new(0, amount).expect("a fee")
}

fn write(folder: &Path, name: &str, text: String) {
    fs::write(folder.join(name), text + "\n").expect("the folder can be written to");
}

fn write_transaction(folder: &Path, name: &str, made: &Transaction) {
    for version in VERSIONS {
        let bytes = ser::ser_vec(made, ProtocolVersion(version)).expect("it can be written");
        write(folder, &format!("{name}.v{version}.hex"), bytes.to_hex());
    }
    let kernels: Vec<String> = made
        .kernels()
        .iter()
        .map(|kernel| kernel.hash().to_hex())
        .collect();
    write(folder, &format!("{name}.kernels"), kernels.join("\n"));
}

fn write_transactions(folder: &Path, keychain: &ExtKeychain) -> Vec<Transaction> {
    let plain = |amount| KernelFeatures::Plain { fee: fee(amount) };
    let locked = KernelFeatures::HeightLocked {
        fee: fee(50),
        lock_height: 1234,
    };
    let recent = KernelFeatures::NoRecentDuplicate {
        fee: fee(60),
        relative_height: NRDRelativeHeight::new(1440).expect("a day"),
    };

    let two_outputs = make(keychain, plain(40), 1, &[1000], &[600, 360]);
    let height_locked = make(keychain, locked, 11, &[500], &[450]);
    let no_recent_duplicate = make(keychain, recent, 21, &[500], &[440]);
    let three_inputs = make(keychain, plain(70), 31, &[100, 200, 300], &[530]);
    let aggregate = transaction::aggregate(&[
        two_outputs.clone(),
        height_locked.clone(),
        three_inputs.clone(),
    ])
    .expect("they aggregate");
    write_transaction(folder, "two_outputs", &two_outputs);
    write_transaction(folder, "height_locked", &height_locked);
    write_transaction(folder, "no_recent_duplicate", &no_recent_duplicate);
    write_transaction(folder, "three_inputs", &three_inputs);
    write_transaction(folder, "aggregate", &with_input_features(aggregate));
    vec![
        two_outputs,
        height_locked,
        no_recent_duplicate,
        three_inputs,
    ]
}

/// The hash of the genesis block of a network; the testing networks mine theirs as the server does at its start.
fn genesis_hash(network: ChainTypes) -> Hash {
    global::set_local_chain_type(network);
    match network {
        ChainTypes::Mainnet => genesis::genesis_main().hash(),
        ChainTypes::Testnet => genesis::genesis_test().hash(),
        _ => pow::mine_genesis_block().expect("it can be mined").hash(),
    }
}

fn write_genesis(folder: &Path) {
    let networks = [
        ("mainnet", ChainTypes::Mainnet),
        ("testnet", ChainTypes::Testnet),
        ("usernet", ChainTypes::UserTesting),
        ("automated", ChainTypes::AutomatedTesting),
    ];
    let lines: Vec<String> = networks
        .iter()
        .map(|(name, network)| format!("{name} {}", genesis_hash(*network).to_hex()))
        .collect();
    write(folder, "genesis", lines.join("\n"));
}

fn main() {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("usage: pappus-grin-vectors FOLDER");
        process::exit(2);
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).expect("the folder can be made");
    write_genesis(folder);
    global::set_local_chain_type(ChainTypes::UserTesting);
    global::set_local_nrd_enabled(true);
    let keychain = ExtKeychain::from_seed(b"pappus test data", true).expect("a seed");
    let transactions = write_transactions(folder, &keychain);
    messages::write_all(folder, &keychain, &transactions);
    peers::write_all(folder);
}
