//! What the body chain lacks of the header chain.

use grin_core::core::hash::Hash;

use crate::node::Node;
use crate::verdict::{OrFailed, Outcome, Verdict};

#[derive(Debug, Default, PartialEq)]
pub struct MissingBlocks {
    /// Hashes and heights, in the order of the chain.
    pub blocks: Vec<(Hash, u64)>,
    /// The block that they were to follow is not on the header chain any more.
    pub reorganized: bool,
}

impl Node {
    /// At most `most` blocks of the header chain that are not here, from the first after `after` on, or from the first at
    /// all.
    pub fn missing_blocks(&self, after: Option<Hash>, most: usize) -> Outcome<MissingBlocks> {
        let fork_point = self.chain.fork_point().or_failed()?.height;
        let mut last = fork_point;
        if let Some(hash) = after {
            let on_chain = match self.header(hash) {
                Ok(header) => self.is_on_header_chain(&header).then_some(header.height),
                Err(fault) if fault.verdict == Verdict::Absent => None,
                Err(fault) => return Err(fault),
            };
            match on_chain {
                Some(height) => last = height.max(fork_point),
                None => {
                    return Ok(MissingBlocks {
                        reorganized: true,
                        ..Default::default()
                    })
                }
            }
        }

        let mut missing = MissingBlocks::default();
        let tip = self.chain.header_head().or_failed()?.height;
        let headers = self.chain.header_pmmr();
        let headers = headers.read();
        for height in last + 1..=tip {
            if missing.blocks.len() >= most {
                break;
            }
            let hash = headers.get_header_hash_by_height(height).or_failed()?;
            // It may be here already, as one of a fork that has become the best.
            if !self.chain.block_exists(hash).or_failed()? {
                missing.blocks.push((hash, height));
            }
        }
        Ok(missing)
    }
}
