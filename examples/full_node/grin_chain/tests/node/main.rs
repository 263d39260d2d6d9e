//! What must hold for a node on a mined chain of the automated testing network.

mod blocks;
mod damage;
mod headers;
mod hydration;
mod life;
mod missing;
mod pool;
mod state;
mod support;
