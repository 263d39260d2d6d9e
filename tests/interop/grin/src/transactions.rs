//! Transactions made by libtx, and the sample of them for the user testing network.

use std::path::Path;

use grin_core::core::hash::Hashed;
use grin_core::core::transaction::{
    self, CommitWrapper, FeeFields, Inputs, NRDRelativeHeight, OutputFeatures, Weighting,
};
use grin_core::core::{Input, KernelFeatures, Transaction, TxKernel};
use grin_core::libtx::build::{self, input, output, Append};
use grin_core::libtx::{aggsig, ProofBuilder};
use grin_core::ser::{self, ProtocolVersion};
use grin_keychain::{BlindingFactor, ExtKeychain, Keychain, SwitchCommitmentType};
use grin_util::ToHex;

use crate::vectors::{key, lines, write, VERSIONS};

pub type Part<'a> = Box<Append<ExtKeychain, ProofBuilder<'a, ExtKeychain>>>;

/// A valid transaction of these inputs and outputs. libtx's own `transaction` draws the kernel's key and the
/// signature's nonce at random; these follow from `n`.
pub fn make<'a>(
    keychain: &'a ExtKeychain,
    features: KernelFeatures,
    n: u32,
    parts: &[Part<'a>],
) -> Transaction {
    let secp = keychain.secp();
    let secret = |n| {
        keychain
            .derive_key(0, &key(n), SwitchCommitmentType::None)
            .expect("a key")
    };
    let excess = secret(n);
    let mut kernel = TxKernel::with_features(features);
    kernel.excess = secp.commit(0, excess.clone()).expect("a commitment");
    let public = kernel.excess.to_pubkey(secp).expect("a public key");
    let message = kernel.msg_to_sign().expect("a message");
    kernel.excess_sig =
        aggsig::sign_single(secp, &message, &excess, Some(&secret(n + 1)), Some(&public))
            .expect("a signature");
    let made = build::transaction_with_kernel(
        parts,
        kernel,
        BlindingFactor::from_secret_key(excess),
        keychain,
        &ProofBuilder::new(keychain),
    )
    .expect("libtx builds it");
    made.validate(Weighting::AsTransaction)
        .expect("it is valid");
    made
}

/// libtx lists inputs as commitments alone, which versions 1 and 2 cannot carry; these all spend plain outputs.
pub fn with_plain_inputs(made: Transaction) -> Transaction {
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

pub fn plain(amount: u64) -> KernelFeatures {
    KernelFeatures::Plain { fee: fee(amount) }
}

pub fn locked(amount: u64, lock_height: u64) -> KernelFeatures {
    KernelFeatures::HeightLocked {
        fee: fee(amount),
        lock_height,
    }
}

pub fn recent(amount: u64, blocks: u64) -> KernelFeatures {
    KernelFeatures::NoRecentDuplicate {
        fee: fee(amount),
        relative_height: NRDRelativeHeight::new(blocks).expect("at most a week"),
    }
}

fn write_transaction(folder: &Path, name: &str, made: &Transaction) {
    for version in VERSIONS {
        let bytes = ser::ser_vec(made, ProtocolVersion(version)).expect("it can be written");
        write(folder, &format!("{name}.v{version}.hex"), bytes.to_hex());
    }
    let kernels = made.kernels().iter().map(|kernel| kernel.hash());
    write(folder, &format!("{name}.kernels"), lines(kernels));
}

pub fn write_all(folder: &Path, keychain: &ExtKeychain) -> Vec<Transaction> {
    let make = |features, first: u32, ins: &[u64], outs: &[u64]| {
        let mut parts: Vec<Part> = vec![];
        let mut n = first;
        for amount in ins {
            parts.push(input(*amount, key(n)));
            n += 1;
        }
        for amount in outs {
            parts.push(output(*amount, key(n)));
            n += 1;
        }
        with_plain_inputs(make(keychain, features, n, &parts))
    };
    let two_outputs = make(plain(40), 1, &[1000], &[600, 360]);
    let height_locked = make(locked(50, 1234), 11, &[500], &[450]);
    let no_recent_duplicate = make(recent(60, 1440), 21, &[500], &[440]);
    let three_inputs = make(plain(70), 31, &[100, 200, 300], &[530]);
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
    write_transaction(folder, "aggregate", &with_plain_inputs(aggregate));
    vec![
        two_outputs,
        height_locked,
        no_recent_duplicate,
        three_inputs,
    ]
}
