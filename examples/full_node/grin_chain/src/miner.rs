//! Mines blocks of testing networks, and spends their rewards. All keys are from one fixed seed.

use std::sync::OnceLock;

use chrono::{DateTime, Duration, Utc};
use grin_chain::{Chain, Options};
use grin_core::consensus::{self, HeaderDifficultyInfo, REWARD};
use grin_core::core::hash::Hashed;
use grin_core::core::{
    Block, BlockHeader, FeeFields, KernelFeatures, Output, Transaction, TxKernel,
};
use grin_core::global;
use grin_core::libtx::{build, reward, tx_fee, ProofBuilder};
use grin_core::pow::{self, Difficulty};
use grin_keychain::{ExtKeychain, ExtKeychainPath, Identifier, Keychain, SwitchCommitmentType};

use crate::network;
use crate::node::Node;
use crate::verdict::{Fault, OrAbsent, OrFailed, Outcome, Verdict};

const SEED: &[u8] = b"pappus: rewards of testing networks";

/// Made once: its tables take as long as a range proof.
pub(crate) fn keychain() -> &'static ExtKeychain {
    static KEYCHAIN: OnceLock<ExtKeychain> = OnceLock::new();
    KEYCHAIN.get_or_init(|| ExtKeychain::from_seed(SEED, true).expect("any seed makes keys"))
}

/// Of the reward at a height; different salts make different blocks of the same transactions.
pub(crate) fn reward_key(height: u64, salt: u32) -> Identifier {
    ExtKeychainPath::new(3, 0, height as u32, salt, 0).to_identifier()
}

/// Of an output that spends a reward.
pub(crate) fn output_key(height: u64, salt: u32, number: u32) -> Identifier {
    ExtKeychainPath::new(4, 1, height as u32, salt, number).to_identifier()
}

fn reward_for(key: &Identifier, fees: u64) -> Outcome<(Output, TxKernel)> {
    let builder = ProofBuilder::new(keychain());
    // In test mode the signature is always the same.
    reward::output(keychain(), &builder, key, fees, true).or_failed()
}

pub(crate) fn genesis_reward() -> Outcome<(Output, TxKernel)> {
    reward_for(&reward_key(0, 0), 0)
}

/// A minute after the last block, or at the latest now, as long as blocks come less often than once a second.
fn time_after(previous: &BlockHeader) -> DateTime<Utc> {
    let minute = previous.timestamp + Duration::seconds(60);
    let second = previous.timestamp + Duration::seconds(1);
    let now = DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap_or(second);
    minute.min(now.max(second))
}

/// Finds a proof of work for a header.
pub fn prove(header: &mut BlockHeader, difficulty: Difficulty) -> Outcome<()> {
    let edge_bits = global::min_edge_bits();
    header.pow.proof.edge_bits = edge_bits;
    pow::pow_size(header, difficulty, global::proofsize(), edge_bits).or_failed()
}

/// A block with these transactions that could be the next on the best block, mined after `change` was applied to its
/// header.
pub fn next_block(
    chain: &Chain,
    transactions: &[Transaction],
    salt: u32,
    change: impl FnOnce(&mut BlockHeader),
) -> Outcome<Block> {
    let mut block = draft(chain, transactions, salt)?;
    chain.set_txhashset_roots(&mut block).or_failed()?;
    change(&mut block.header);
    prove(&mut block.header, next_difficulty(chain)?.difficulty)?;
    Ok(block)
}

/// A block on the best block, without the roots of the state after it and without a proof of work.
pub fn draft(chain: &Chain, transactions: &[Transaction], salt: u32) -> Outcome<Block> {
    if !network::is_for_testing(global::get_chain_type()) {
        return Err(Fault::failed("blocks are mined on testing networks only"));
    }
    let previous = chain.head_header().or_failed()?;
    let fees = transactions.iter().map(|each| each.fee()).sum();
    let reward = reward_for(&reward_key(previous.height + 1, salt), fees)?;
    let next = next_difficulty(chain)?;
    let mut block = Block::new(&previous, transactions, next.difficulty, reward).or_failed()?;
    block.header.timestamp = time_after(&previous);
    block.header.pow.secondary_scaling = next.secondary_scaling;
    Ok(block)
}

fn next_difficulty(chain: &Chain) -> Outcome<HeaderDifficultyInfo> {
    let height = chain.head().or_failed()?.height + 1;
    let ancestors = chain.difficulty_iter().or_failed()?;
    Ok(consensus::next_difficulty(height, ancestors))
}

/// Which of the transactions of a reward, each of which spends the output of the one before.
#[derive(Clone, Copy, Default)]
pub struct Spend {
    /// Of the block with the reward.
    pub height: u64,
    /// With which it was mined.
    pub salt: u32,
    /// Of the transaction: 0 spends the reward.
    pub number: u32,
    /// In nanogrin, above the least. Makes different transactions that spend the same; a later one spends the output of
    /// that without.
    pub more_fee: u64,
}

impl Spend {
    pub fn of_reward(height: u64) -> Spend {
        Spend {
            height,
            ..Spend::default()
        }
    }
}

/// The transaction, whether or not its input is unspent and mature.
pub fn spend(chain: &Chain, what: Spend) -> Outcome<Transaction> {
    if what.height > chain.head().or_failed()?.height {
        let reason = format!("there is no block {}", what.height);
        return Err(Fault::new(Verdict::Absent, reason));
    }
    let header = chain.get_header_by_height(what.height).or_absent()?;
    let block = chain.get_block(&header.hash()).or_absent()?;
    let reward = REWARD + block.total_fees();
    let key = reward_key(what.height, what.salt);
    let commitment = keychain().commit(reward, &key, SwitchCommitmentType::Regular);
    let commitment = commitment.or_failed()?;
    if block
        .outputs()
        .iter()
        .all(|each| each.commitment() != commitment)
    {
        let reason = format!(
            "block {} was not mined with salt {}",
            what.height, what.salt
        );
        return Err(Fault::new(Verdict::Absent, reason));
    }

    let least = tx_fee(1, 1, 1);
    let spent = reward.checked_sub(u64::from(what.number) * least);
    let fee = least.checked_add(what.more_fee);
    let rest = spent
        .zip(fee)
        .and_then(|(spent, fee)| spent.checked_sub(fee));
    let (Some(spent), Some(fee), Some(rest)) = (spent, fee, rest) else {
        return Err(Fault::new(
            Verdict::Refused,
            "the fees are higher than the reward",
        ));
    };
    let key_of = |number| output_key(what.height, what.salt, number);
    let input = match what.number.checked_sub(1) {
        None => build::coinbase_input(spent, key),
        Some(previous) => build::input(spent, key_of(previous)),
    };
    let parts = [input, build::output(rest, key_of(what.number))];
    let features = KernelFeatures::Plain {
        fee: FeeFields::new(0, fee).or_failed()?,
    };
    build::transaction(features, &parts, keychain(), &ProofBuilder::new(keychain())).or_failed()
}

impl Node {
    /// Mines a block with the pool's transactions on the best block, and imports it.
    pub fn mine(&self, salt: u32) -> Outcome<Block> {
        let block = self.next_block(salt, |_| {})?;
        self.add_block(block.clone(), Options::MINE)?;
        Ok(block)
    }

    /// As `next_block`, with the pool's transactions.
    pub fn next_block(&self, salt: u32, change: impl FnOnce(&mut BlockHeader)) -> Outcome<Block> {
        next_block(&self.chain, &self.pool.mineable()?, salt, change)
    }

    pub fn spend(&self, what: Spend) -> Outcome<Transaction> {
        spend(&self.chain, what)
    }
}
