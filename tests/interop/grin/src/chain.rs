//! A chain of the automated testing network, mined on its genesis block and taken by grin_chain as any node's would be.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, process};

use grin_chain::types::{NoopAdapter, Options};
use grin_chain::Chain;
use grin_core::consensus::{next_difficulty, REWARD};
use grin_core::core::{Block, BlockHeader, Inputs, OutputIdentifier, Transaction};
use grin_core::libtx::build::{coinbase_input, input, output};
use grin_core::libtx::{reward, ProofBuilder};
use grin_core::ser::ProtocolVersion;
use grin_core::{global, pow};
use grin_keychain::ExtKeychain;

use crate::message::written;
use crate::transactions::{locked, make, plain, recent};
use crate::vectors::key;

const LENGTH: u64 = 512;

pub struct Mined {
    pub chain: Chain,
    /// From height 1 on.
    pub headers: Vec<BlockHeader>,
    /// By shape, inputs with the features of what they spend.
    pub blocks: Vec<(&'static str, Block)>,
    folder: PathBuf,
}

impl Drop for Mined {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn reward_key(height: u32) -> u32 {
    2000 + height
}

/// What the block at this height is called, and the transactions in it. In the end the rewards of blocks 1 to 6 and 8
/// are spent, so that the first segments are pruned, wholly or in part.
fn plan(keychain: &ExtKeychain, height: u64) -> (&'static str, Vec<Transaction>) {
    let mined = |height| coinbase_input(REWARD, key(reward_key(height)));
    let make = |features, n, parts: &[_]| make(keychain, features, n, parts);
    match height {
        9 => ("reward_only", vec![]),
        10 => {
            let parts = [
                mined(1),
                output(20, key(101)),
                output(REWARD - 60, key(102)),
            ];
            ("plain", vec![make(plain(40), 111, &parts)])
        }
        11 => {
            let parts = [input(20, key(101)), output(13, key(121))];
            ("height_locked", vec![make(locked(7, 11), 122, &parts)])
        }
        12 => {
            let parts = [input(REWARD - 60, key(102)), output(REWARD - 100, key(131))];
            (
                "no_recent_duplicate",
                vec![make(recent(40, 3), 132, &parts)],
            )
        }
        13 => {
            let many = [
                mined(2),
                mined(3),
                mined(6),
                mined(8),
                output(REWARD, key(141)),
                output(3 * REWARD - 50, key(142)),
            ];
            let two = [mined(4), input(13, key(121)), output(REWARD, key(151))];
            let last = [
                input(REWARD - 100, key(131)),
                mined(5),
                output(2 * REWARD - 160, key(161)),
            ];
            let transactions = vec![
                make(plain(50), 143, &many),
                make(locked(13, 12), 152, &two),
                make(recent(60, 1440), 162, &last),
            ];
            ("mixed", transactions)
        }
        _ => ("", vec![]),
    }
}

/// The next block, mined but not yet taken.
fn next(chain: &Chain, keychain: &ExtKeychain, transactions: &[Transaction]) -> Block {
    let previous = chain.head_header().expect("a head");
    let height = previous.height + 1;
    let fees = transactions.iter().map(|each| each.fee()).sum();
    let key = key(reward_key(height as u32));
    let reward =
        reward::output(keychain, &ProofBuilder::new(keychain), &key, fees, true).expect("a reward");
    let difficulty = next_difficulty(height, chain.difficulty_iter().expect("a head"));
    let mut block =
        Block::new(&previous, transactions, difficulty.difficulty, reward).expect("a block");
    block.header.timestamp = previous.timestamp + Duration::from_secs(60);
    block.header.pow.secondary_scaling = difficulty.secondary_scaling;
    chain.set_txhashset_roots(&mut block).expect("roots");
    let edge_bits = global::min_edge_bits();
    block.header.pow.proof.edge_bits = edge_bits;
    let size = global::proofsize();
    pow::pow_size(&mut block.header, difficulty.difficulty, size, edge_bits).expect("a proof");
    block
}

/// Versions 1 and 2 carry the features of what inputs spend, which only the chain knows.
fn with_input_features(chain: &Chain, block: &Block) -> Block {
    let spent: Vec<OutputIdentifier> = chain
        .validate_inputs(&block.inputs())
        .expect("they are unspent")
        .into_iter()
        .map(|(output, _)| output)
        .collect();
    let inputs = Inputs::from(spent.as_slice());
    let made = Block {
        header: block.header.clone(),
        body: block.body.clone().replace_inputs(inputs),
    };
    let version = ProtocolVersion(3);
    assert!(written(&made, version) == written(block, version));
    made
}

pub fn mine(keychain: &ExtKeychain) -> Mined {
    let folder = env::temp_dir().join(format!("pappus-grin-vectors-{}", process::id()));
    let chain = Chain::init(
        folder.to_str().expect("a name in UTF-8").into(),
        Arc::new(NoopAdapter {}),
        pow::mine_genesis_block().expect("it can be mined"),
        pow::verify_size,
        false,
        None,
    )
    .expect("a new chain");
    let mut mined = Mined {
        chain,
        headers: vec![],
        blocks: vec![],
        folder,
    };
    for height in 1..=LENGTH {
        let (shape, transactions) = plan(keychain, height);
        let block = next(&mined.chain, keychain, &transactions);
        if !shape.is_empty() {
            let block = with_input_features(&mined.chain, &block);
            mined.blocks.push((shape, block));
        }
        mined.headers.push(block.header.clone());
        mined
            .chain
            .process_block(block, Options::NONE)
            .expect("Grin takes it");
    }
    mined.chain.validate(false).expect("it is valid");
    mined
}
