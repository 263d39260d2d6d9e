//! A chain with its pool in a folder of its own.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use grin_chain::{Chain, Tip};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::BlockHeader;
use grin_core::global::ChainTypes;
use grin_core::pow;

use crate::network::{self, Genesis};
use crate::pool::{AcceptedBlocks, Pool};
use crate::verdict::{Fault, OrAbsent, OrFailed, Outcome, Verdict};

pub struct Node {
    pub chain: Arc<Chain>,
    pub pool: Pool,
    pub(crate) chain_type: ChainTypes,
    pub(crate) accepted: Arc<AcceptedBlocks>,
}

/// Where the chain stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Heads {
    /// The last block of the best chain whose blocks are all here.
    pub body: Place,
    /// The last header of the best header chain.
    pub header: Place,
    /// The first block that is here.
    pub tail: Place,
    /// The last block that is on both chains.
    pub fork_point: Place,
    /// The block of the header chain whose state peers serve.
    pub archive: Place,
    pub archive_output_mmr_size: u64,
    pub archive_kernel_mmr_size: u64,
    /// Whether blocks after the fork point lie beyond the horizon, so that peers may not have them.
    pub state_is_needed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub hash: Hash,
    pub height: u64,
    pub total_difficulty: u64,
}

impl From<Tip> for Place {
    fn from(tip: Tip) -> Place {
        Place {
            hash: tip.last_block_h,
            height: tip.height,
            total_difficulty: tip.total_difficulty.to_num(),
        }
    }
}

impl From<&BlockHeader> for Place {
    fn from(header: &BlockHeader) -> Place {
        Tip::from_header(header).into()
    }
}

impl Node {
    /// Opens the chain in `folder`, or begins one. The folder must not be that of another node: Grin unpacks archives in
    /// it beside the chain's own folder.
    pub fn open(folder: &Path, chain_type: ChainTypes, genesis: Genesis) -> Outcome<Node> {
        network::choose(chain_type)?;
        let data = folder.join("chain_data");
        fs::create_dir_all(&data).or_failed()?;
        let data = data.to_str();
        let data = data.ok_or_else(|| Fault::failed("the folder's name is not UTF-8"))?;
        let accepted = Arc::new(AcceptedBlocks::default());
        let chain = Chain::init(
            data.into(),
            accepted.clone(),
            network::first_block(chain_type, genesis)?,
            pow::verify_size,
            false,
            None,
        )
        .or_failed()?;
        let chain = Arc::new(chain);
        begin_pibd_head(&chain)?;
        Ok(Node {
            pool: Pool::new(chain.clone()),
            chain,
            chain_type,
            accepted,
        })
    }

    pub fn heads(&self) -> Outcome<Heads> {
        let chain = &self.chain;
        let fork_point = chain.fork_point().or_failed()?;
        let archive = chain.txhashset_archive_header_header_only().or_failed()?;
        // There is none until the first block.
        let tail = match chain.tail().or_absent() {
            Err(fault) if fault.verdict == Verdict::Absent => Tip::from_header(&chain.genesis()),
            found => found?,
        };
        Ok(Heads {
            body: chain.head().or_failed()?.into(),
            header: chain.header_head().or_failed()?.into(),
            tail: tail.into(),
            state_is_needed: chain.check_txhashset_needed(&fork_point).or_failed()?,
            fork_point: (&fork_point).into(),
            archive_output_mmr_size: archive.output_mmr_size,
            archive_kernel_mmr_size: archive.kernel_mmr_size,
            archive: (&archive).into(),
        })
    }

    /// Verifies the whole state, `fast` without range proofs and signatures. Slow.
    pub fn validate(&self, fast: bool) -> Outcome<()> {
        self.chain.validate(fast).or_failed()
    }

    /// Drops spent outputs and blocks beyond the horizon. Grin does nothing if it did so less than 60 blocks ago.
    pub fn compact(&self) -> Outcome<()> {
        self.chain.compact().or_failed()
    }

    pub fn is_on_header_chain(&self, header: &BlockHeader) -> bool {
        let headers = self.chain.header_pmmr();
        let headers = headers.read();
        headers.get_header_hash_by_height(header.height) == Ok(header.hash())
    }
}

/// Grin takes the unmined `genesis_dev` for the last block of PIBD if none is stored; on testing networks that is not in
/// the store, and the chain could not be opened again. (`Chain::reset_pibd_head` does not commit.)
fn begin_pibd_head(chain: &Chain) -> Outcome<()> {
    if chain.head().or_failed()?.height > 0 {
        return Ok(());
    }
    let store = chain.store();
    let known = store.pibd_head().or_failed()?;
    if store.get_block_header(&known.last_block_h).is_ok() {
        return Ok(());
    }
    let mut batch = store.batch().or_failed()?;
    batch.save_pibd_head(&chain.genesis().into()).or_failed()?;
    batch.commit().or_failed()
}
