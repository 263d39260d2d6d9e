//! Removes from a segment what its proof does not cover. Grin's servers send every intermediate hash, and its desegmenter
//! verifies those that it needs, but then applies all hashes and leaves that came: what a peer has added would spoil the
//! tree, for which nobody could be blamed any more.

use grin_core::core::pmmr;
use grin_core::core::{Segment, SegmentIdentifier};

/// Positions of MMR nodes, ascending, counted from 0.
#[derive(Debug, Default, PartialEq)]
struct Needed {
    leaves: Vec<u64>,
    hashes: Vec<u64>,
}

/// Only the leaves and hashes from which Grin computes the root of the segment. `unspent` has a bit for each leaf of an
/// MMR that is pruned.
pub fn minimal<T>(segment: Segment<T>, mmr_size: u64, unspent: Option<&[bool]>) -> Segment<T> {
    let (id, hash_at, hashes, leaf_at, leaves, proof) = segment.parts();
    let needed = needed(id, mmr_size, unspent, &hash_at);
    let (hash_at, hashes) = kept(hash_at, hashes, &needed.hashes);
    let (leaf_at, leaves) = kept(leaf_at, leaves, &needed.leaves);
    Segment::from_parts(id, hash_at, hashes, leaf_at, leaves, proof)
}

fn kept<T>(at: Vec<u64>, values: Vec<T>, needed: &[u64]) -> (Vec<u64>, Vec<T>) {
    let pairs = at.into_iter().zip(values);
    pairs
        .filter(|(at, _)| needed.binary_search(at).is_ok())
        .unzip()
}

/// Follows grin_core's `Segment::first_unpruned_parent`.
fn needed(
    id: SegmentIdentifier,
    mmr_size: u64,
    unspent: Option<&[bool]>,
    present: &[u64],
) -> Needed {
    let (first, last) = id.segment_pos_range(mmr_size);
    let mut needed = Needed::default();
    // For each root of a complete subtree whether its hash can be computed.
    let mut computed = vec![];
    for at in first..=last {
        let height = pmmr::bintree_postorder_height(at);
        if height == 0 {
            let comes = unspent.is_none_or(|bits| leaf_comes(at, mmr_size, bits));
            if comes {
                needed.leaves.push(at);
            }
            computed.push(comes);
            continue;
        }
        let (right, left) = (computed.pop() == Some(true), computed.pop() == Some(true));
        match (left, right) {
            (false, true) => needed.hashes.push(at - (1 << height)),
            (true, false) => needed.hashes.push(at - 1),
            _ => {}
        }
        computed.push(left || right);
    }

    let is_full = (id.idx + 1) << id.height <= pmmr::n_leaves(mmr_size);
    if !is_full {
        let peaks = pmmr::peaks(mmr_size);
        let peaks = peaks.into_iter().filter(|at| (first..=last).contains(at));
        let pruned = peaks.zip(&computed).filter(|(_, computed)| !**computed);
        needed.hashes.extend(pruned.map(|(peak, _)| peak));
    } else if computed == [false] {
        // One hash stands for the whole segment, or for more.
        let parents = pmmr::family_branch(last, mmr_size)
            .into_iter()
            .map(|(at, _)| at);
        let mut path = std::iter::once(last).chain(parents);
        needed.hashes.extend(path.find(|at| present.contains(at)));
    }
    needed.hashes.sort_unstable();
    needed
}

/// A leaf comes if it or its sibling is unspent, and always if it is the last node.
fn leaf_comes(at: u64, mmr_size: u64, unspent: &[bool]) -> bool {
    let leaf = pmmr::n_leaves(at + 1) - 1;
    let is_unspent = |leaf: u64| unspent.get(leaf as usize) == Some(&true);
    is_unspent(leaf) || is_unspent(leaf ^ 1) || at == mmr_size - 1
}

#[cfg(test)]
mod tests {
    use super::{needed, Needed};
    use grin_core::core::SegmentIdentifier;

    // Leaves of an MMR of 11 nodes (7 leaves) are at 0, 1, 3, 4, 7, 8, 10; its peaks are at 6, 9, 10.
    const SIZE: u64 = 11;

    fn of(height: u8, idx: u64, unspent: Option<&[bool]>, present: &[u64]) -> Needed {
        needed(SegmentIdentifier { height, idx }, SIZE, unspent, present)
    }

    fn positions(leaves: &[u64], hashes: &[u64]) -> Needed {
        Needed {
            leaves: leaves.into(),
            hashes: hashes.into(),
        }
    }

    #[test]
    fn of_an_mmr_that_is_not_pruned_all_leaves_and_no_hashes_are_needed() {
        assert_eq!(of(2, 0, None, &[2, 5]), positions(&[0, 1, 3, 4], &[]));
        assert_eq!(of(2, 1, None, &[9]), positions(&[7, 8, 10], &[]));
    }

    #[test]
    fn pairs_of_leaves_that_are_spent_are_needed_as_one_hash() {
        let unspent = [true, false, false, false, false, false, false];
        assert_eq!(of(2, 0, Some(&unspent), &[2, 5]), positions(&[0, 1], &[5]));
        let unspent = [false, false, false, true, false, false, false];
        assert_eq!(of(2, 0, Some(&unspent), &[2, 5]), positions(&[3, 4], &[2]));
    }

    #[test]
    fn a_peak_that_is_spent_is_needed_as_a_hash_and_the_last_leaf_always() {
        let unspent = [false; 7];
        assert_eq!(of(2, 1, Some(&unspent), &[9]), positions(&[10], &[9]));
    }

    #[test]
    fn of_a_segment_that_is_spent_the_lowest_hash_that_came_is_needed() {
        let unspent = [false; 7];
        assert_eq!(of(1, 0, Some(&unspent), &[2, 6]), positions(&[], &[2]));
        assert_eq!(of(1, 0, Some(&unspent), &[6]), positions(&[], &[6]));
        assert_eq!(of(1, 0, Some(&unspent), &[]), positions(&[], &[]));
    }
}
