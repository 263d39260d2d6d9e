//! The chain type, which is the same for all nodes of a process, and the first blocks.

use std::sync::OnceLock;

use grin_core::core::Block;
use grin_core::global::{self, ChainTypes};
use grin_core::{genesis, pow};

use crate::miner;
use crate::verdict::{Fault, OrFailed, Outcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genesis {
    /// That of the chain type; Grin's server mines those of the testing networks at its start, always the same.
    OfNetwork,
    /// One for testing networks, with a reward in it: Grin's PIBD takes the first leaf of each tree for genesis' own, and
    /// completes on no other testing network.
    WithReward,
}

/// Set once: Grin keeps it in a global variable, of which each thread makes a copy.
pub fn choose(chain_type: ChainTypes) -> Outcome<()> {
    static CHOSEN: OnceLock<ChainTypes> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| {
        global::init_global_chain_type(chain_type);
        global::init_global_accept_fee_base(global::DEFAULT_ACCEPT_FEE_BASE);
        global::init_global_future_time_limit(global::DEFAULT_FUTURE_TIME_LIMIT);
        // As in Grin's server.
        global::init_global_nrd_enabled(chain_type != ChainTypes::Mainnet);
        chain_type
    });
    if *chosen != chain_type {
        return Err(Fault::failed(
            "another chain type was chosen in this process",
        ));
    }
    Ok(())
}

/// Whether blocks can be mined here.
pub fn is_for_testing(chain_type: ChainTypes) -> bool {
    matches!(
        chain_type,
        ChainTypes::UserTesting | ChainTypes::AutomatedTesting
    )
}

pub fn first_block(chain_type: ChainTypes, which: Genesis) -> Outcome<Block> {
    match (chain_type, which) {
        (ChainTypes::Mainnet, Genesis::OfNetwork) => Ok(genesis::genesis_main()),
        (ChainTypes::Testnet, Genesis::OfNetwork) => Ok(genesis::genesis_test()),
        (_, Genesis::OfNetwork) => pow::mine_genesis_block().or_failed(),
        (_, Genesis::WithReward) if is_for_testing(chain_type) => with_reward(),
        _ => Err(Fault::failed("this network has a genesis of its own")),
    }
}

/// All its bytes are the same in every process.
fn with_reward() -> Outcome<Block> {
    let (output, kernel) = miner::genesis_reward()?;
    let mut block = genesis::genesis_dev().with_reward(output, kernel);
    block.header.output_mmr_size = 1;
    block.header.kernel_mmr_size = 1;
    Ok(block)
}
