//! Blocks: import, and what peers ask for.

use grin_chain::Options;
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{Block, BlockHeader, CompactBlock};
use grin_core::ser::ProtocolVersion;

use crate::judgement;
use crate::node::Node;
use crate::reading;
use crate::verdict::{Fault, OrAbsent, OrFailed, Outcome, Verdict};

impl Node {
    /// Imports a block that a peer has sent, and reconciles the pool. A block whose predecessor is not here is not kept,
    /// but its header is: Grin would keep it as an orphan and import it later, when nobody asks what became of it.
    pub fn import_block(&self, bytes: &[u8], version: ProtocolVersion) -> Outcome<()> {
        let block = reading::block(bytes, version)?;
        self.add_block(block, Options::NONE)
    }

    pub(crate) fn add_block(&self, block: Block, options: Options) -> Outcome<()> {
        let header = block.header.clone();
        if self.is_applied(&header)? {
            return Err(Fault::new(Verdict::Known, "the block is known"));
        }
        let previous = self.import_header(&header)?;
        if !self.has_block(&previous)? {
            let reason = "the previous block is not here";
            return Err(Fault::new(Verdict::Unlinked, reason));
        }
        if self.is_importing_state()? {
            let reason = "the state before it is being imported";
            return Err(Fault::new(Verdict::Unlinked, reason));
        }
        let processed = self.chain.process_block(block, options);
        self.reconcile_pool();
        match processed {
            Ok(_) => Ok(()),
            Err(error) => Err(judgement::of_block(&self.chain, error, &previous)),
        }
    }

    /// Adds a header to the header chain, and returns its predecessor. It is no fault if it was there.
    pub(crate) fn import_header(&self, header: &BlockHeader) -> Outcome<BlockHeader> {
        let previous = self.header_before(header)?;
        match self.chain.process_block_header(header, Options::NONE) {
            Ok(()) => Ok(previous),
            Err(error) => Err(judgement::of_header(&self.chain, error, &previous)),
        }
    }

    /// Whether the body chain goes through a block; before its tail it does so without having the block.
    fn is_applied(&self, header: &BlockHeader) -> Outcome<bool> {
        let fork_point = self.chain.fork_point().or_failed()?;
        Ok(header.height <= fork_point.height && self.is_on_header_chain(header))
    }

    /// The head is not stored as a block after its state was imported.
    fn has_block(&self, header: &BlockHeader) -> Outcome<bool> {
        let hash = header.hash();
        let is_head = self.chain.head().or_failed()?.last_block_h == hash;
        Ok(is_head || self.chain.block_exists(hash).or_failed()?)
    }

    /// The block as it is sent to a peer at that version. Up to version 2 inputs come with features, which are not
    /// stored: Grin sends such peers no blocks.
    pub fn block(&self, hash: Hash, version: ProtocolVersion) -> Outcome<Vec<u8>> {
        let block = self.chain.get_block(&hash).or_absent()?;
        written(&block, version)
    }

    pub fn compact_block(&self, hash: Hash, version: ProtocolVersion) -> Outcome<Vec<u8>> {
        let block = self.chain.get_block(&hash).or_absent()?;
        reading::written(&CompactBlock::from(block), version)
    }
}

fn written(block: &Block, version: ProtocolVersion) -> Outcome<Vec<u8>> {
    let lacks_features = version.value() <= 2 && !block.inputs().is_empty();
    match lacks_features {
        true => Err(Fault::new(Verdict::Absent, "inputs lack features")),
        false => reading::written(block, version),
    }
}
