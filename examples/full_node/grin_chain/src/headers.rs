//! The header chain: import, and what peers ask of it.

use grin_chain::Options;
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::BlockHeader;

use crate::judgement;
use crate::node::Node;
use crate::reading;
use crate::verdict::{Fault, OrAbsent, OrFailed, Outcome, Verdict};

/// Grin p2p MAX_LOCATORS.
const MAX_LOCATOR: usize = 20;

/// The heights of Grin's locators: gaps of 2, 4, 8, ..., and genesis. (grin_servers, get_locator_heights.)
fn locator_heights(tip: u64) -> Vec<u64> {
    let mut heights = vec![];
    let mut height = tip;
    while height > 0 && heights.len() < MAX_LOCATOR - 1 {
        heights.push(height);
        height = height.saturating_sub(1 << heights.len());
    }
    heights.push(0);
    heights
}

impl Node {
    /// Imports consecutive headers, up to the first that cannot be read; then that one's fault is the result.
    pub fn import_headers(&self, bytes: &[u8]) -> Outcome<()> {
        let (headers, unreadable) = reading::headers(bytes);
        let imported = self.add_headers(&headers);
        match (imported, unreadable) {
            (Err(fault), _) if fault.verdict != Verdict::Known => Err(fault),
            (_, Some(fault)) => Err(fault),
            (imported, None) => imported,
        }
    }

    fn add_headers(&self, headers: &[BlockHeader]) -> Outcome<()> {
        let Some(first) = headers.first() else {
            return Err(Fault::new(Verdict::Known, "there are none"));
        };
        let follows = |pair: &[BlockHeader]| pair[1].prev_hash == pair[0].hash();
        if !headers.windows(2).all(follows) {
            return Err(Fault::new(Verdict::Invalid, "headers are not consecutive"));
        }
        if self.has_all(headers)? {
            return Err(Fault::new(Verdict::Known, "all headers are known"));
        }
        let previous = self.header_before(first)?;
        let tip = self.chain.header_head().or_failed()?;
        match self.chain.sync_block_headers(headers, tip, Options::SYNC) {
            Ok(_) => Ok(()),
            Err(error) => Err(judgement::of_header(&self.chain, error, &previous)),
        }
    }

    fn has_all(&self, headers: &[BlockHeader]) -> Outcome<bool> {
        for header in headers {
            match self.chain.get_block_header(&header.hash()).or_absent() {
                Ok(_) => {}
                Err(fault) if fault.verdict == Verdict::Absent => return Ok(false),
                Err(fault) => return Err(fault),
            }
        }
        Ok(true)
    }

    /// The predecessor, which is looked up before anything is imported: later a missing entry can also be a damaged
    /// store.
    pub(crate) fn header_before(&self, header: &BlockHeader) -> Outcome<BlockHeader> {
        let stored = self.chain.get_block_header(&header.prev_hash);
        stored.or_absent().map_err(|fault| match fault.verdict {
            Verdict::Absent => Fault::new(Verdict::Unlinked, "the previous header is unknown"),
            _ => fault,
        })
    }

    pub fn header(&self, hash: Hash) -> Outcome<BlockHeader> {
        self.chain.get_block_header(&hash).or_absent()
    }

    /// Hashes of the header chain from its head down to genesis, at most 20.
    pub fn locator(&self) -> Outcome<Vec<Hash>> {
        let tip = self.chain.header_head().or_failed()?;
        let heights = locator_heights(tip.height);
        self.chain.get_locator_hashes(tip, &heights).or_failed()
    }

    /// Headers of the header chain after the first hash of a peer's locator that is on it; none if no hash is.
    pub fn headers_after(&self, locator: &[Hash], most: usize) -> Outcome<Vec<BlockHeader>> {
        let known = locator.iter().take(MAX_LOCATOR).find_map(|hash| {
            let header = self.chain.get_block_header(hash).ok()?;
            self.is_on_header_chain(&header).then_some(header)
        });
        let Some(known) = known else {
            return Ok(vec![]);
        };
        let last = self.chain.header_head().or_failed()?.height;
        let headers = (known.height + 1..=last).take(most);
        let header = |height| self.chain.get_header_by_height(height).or_failed();
        headers.map(header).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::locator_heights;

    #[test]
    fn locators_have_the_heights_of_grins() {
        assert_eq!(locator_heights(0), [0]);
        assert_eq!(locator_heights(3), [3, 1, 0]);
        assert_eq!(locator_heights(100), [100, 98, 94, 86, 70, 38, 0]);
        assert_eq!(
            locator_heights(10_000),
            [
                10_000, 9_998, 9_994, 9_986, 9_970, 9_938, 9_874, 9_746, 9_490, 8_978, 7_954,
                5_906, 1_810, 0
            ]
        );
    }

    #[test]
    fn a_locator_has_at_most_20_hashes() {
        let heights = locator_heights(10_000_000);
        assert_eq!(heights.len(), 20);
        assert_eq!(heights.last(), Some(&0));
    }
}
