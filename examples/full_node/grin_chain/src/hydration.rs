//! Completes compact blocks from the pool.

use grin_core::core::{Block, CompactBlock, ShortId, Transaction};
use grin_core::ser::ProtocolVersion;

use crate::node::Node;
use crate::reading;
use crate::verdict::{Fault, Outcome, Verdict};

#[derive(Debug)]
pub enum Hydrated {
    /// The whole block, valid in itself.
    Block(Box<Block>),
    /// The pool lacks transactions with these kernels, or, if there are none, has others with the same short ids: the
    /// block has to be requested.
    Incomplete(Vec<ShortId>),
}

impl Node {
    /// Imports the header of a compact block that a peer has sent, and completes the block. It is not imported.
    pub fn hydrate(&self, bytes: &[u8], version: ProtocolVersion) -> Outcome<Hydrated> {
        let compact = reading::compact_block(bytes, version)?;
        let previous = self.import_header(&compact.header)?;
        let (found, missing) = self.pool.transactions_of(&compact);
        if !missing.is_empty() {
            return Ok(Hydrated::Incomplete(missing));
        }
        let is_whole = compact.kern_ids().is_empty();
        match completed(compact, &found) {
            Some(block) if block.validate(&previous.total_kernel_offset).is_ok() => {
                Ok(Hydrated::Block(Box::new(block)))
            }
            // Without short ids everything in it came from the peer.
            _ if is_whole => Err(Fault::new(Verdict::Invalid, "the reward is not valid")),
            _ => Ok(Hydrated::Incomplete(vec![])),
        }
    }
}

fn completed(compact: CompactBlock, found: &[Transaction]) -> Option<Block> {
    Block::hydrate_from(compact, found).ok()
}
