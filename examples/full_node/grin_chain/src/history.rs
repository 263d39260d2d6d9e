//! A testing chain with a long history of outputs of which few are unspent. Grin's PIBD needs 1,025 outputs ever, and on
//! testing networks a message with a segment of many unspent ones is too long for its peers.

use grin_chain::Options;
use grin_core::consensus::REWARD;
use grin_core::core::hash::Hashed;
use grin_core::core::{Block, FeeFields, KernelFeatures, Transaction};
use grin_core::global;
use grin_core::libtx::build::{self, Append};
use grin_core::libtx::{tx_fee, ProofBuilder};
use grin_keychain::{ExtKeychain, Identifier};

use crate::miner::{self, keychain, output_key, reward_key};
use crate::node::Node;
use crate::verdict::{OrAbsent, OrFailed, Outcome};

/// Outputs into which each reward is split.
const PARTS: u32 = 8;

type Coin = (u64, Identifier);

/// What the last block has left to spend; forgotten when the node is closed.
#[derive(Default)]
pub struct Leftovers {
    split: Vec<Coin>,
    merged: Option<Coin>,
}

impl Node {
    /// Mines a block that splits a mature reward in eight, and merges what the last one has split.
    pub fn mine_history(&self) -> Outcome<Block> {
        let height = self.chain.head().or_failed()?.height + 1;
        let mut leftovers = self.leftovers.write();
        let mut transactions = vec![];
        let mut next = Leftovers::default();
        if let Some(matured) = height.checked_sub(1 + global::coinbase_maturity()) {
            if !leftovers.split.is_empty() {
                let (tx, merged) = merge(&leftovers, matured)?;
                transactions.push(tx);
                next.merged = Some(merged);
            }
            if matured > 0 {
                let (tx, split) = self.split(matured)?;
                transactions.push(tx);
                next.split = split;
            }
        }
        let block = miner::next_block(&self.chain, &transactions, 0, |_| {})?;
        self.add_block(block.clone(), Options::MINE)?;
        *leftovers = next;
        Ok(block)
    }

    fn split(&self, height: u64) -> Outcome<(Transaction, Vec<Coin>)> {
        let header = self.chain.get_header_by_height(height).or_absent()?;
        let block = self.chain.get_block(&header.hash()).or_absent()?;
        let amount = REWARD + block.total_fees();
        let fee = tx_fee(1, PARTS as usize, 1);
        let part = (amount - fee) / u64::from(PARTS);
        let rest = amount - fee - part * u64::from(PARTS - 1);
        let value = |number| if number == 0 { rest } else { part };
        let coin = |number| (value(number), output_key(height, 0, number));
        let coins: Vec<Coin> = (0..PARTS).map(coin).collect();
        let mut parts = vec![build::coinbase_input(amount, reward_key(height, 0))];
        parts.extend(
            coins
                .iter()
                .cloned()
                .map(|(value, key)| build::output(value, key)),
        );
        Ok((transaction(fee, &parts)?, coins))
    }
}

fn merge(leftovers: &Leftovers, height: u64) -> Outcome<(Transaction, Coin)> {
    let spent: Vec<Coin> = leftovers
        .split
        .iter()
        .chain(&leftovers.merged)
        .cloned()
        .collect();
    let fee = tx_fee(spent.len(), 1, 1);
    let value = spent.iter().map(|(value, _)| value).sum::<u64>() - fee;
    let merged = (value, output_key(height, 1, 0));
    let mut parts = vec![build::output(merged.0, merged.1.clone())];
    parts.extend(
        spent
            .into_iter()
            .map(|(value, key)| build::input(value, key)),
    );
    Ok((transaction(fee, &parts)?, merged))
}

type Part = Box<Append<ExtKeychain, ProofBuilder<'static, ExtKeychain>>>;

fn transaction(fee: u64, parts: &[Part]) -> Outcome<Transaction> {
    let fee = FeeFields::new(0, fee).or_failed()?;
    let features = KernelFeatures::Plain { fee };
    let builder = ProofBuilder::new(keychain());
    build::transaction(features, parts, keychain(), &builder).or_failed()
}
