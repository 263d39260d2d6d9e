//! What must hold for a node on a mined chain of the automated testing network.

mod altered_segments;
mod archive;
mod blocks;
mod damage;
mod headers;
mod history;
mod hydration;
mod kills;
mod life;
mod missing;
mod pool;
mod state;
mod support;
