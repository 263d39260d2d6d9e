//! Grin's own chain and transaction pool (crates grin_chain and grin_pool) for a host written in C++: bytes in, bytes
//! out. The functions with C linkage are in `face`; what they do is in the other modules, which Rust tests use directly.
//!
//! A node is meant to be used by one thread: several of Grin's functions hold its locks for seconds.

pub mod archive;
pub mod blocks;
pub mod face;
pub mod headers;
pub mod history;
pub mod hydration;
pub mod judgement;
pub mod miner;
mod minimal;
pub mod missing;
pub mod network;
pub mod node;
pub mod pool;
mod pool_chain;
pub mod reading;
pub mod segments;
pub mod state;
pub mod verdict;
