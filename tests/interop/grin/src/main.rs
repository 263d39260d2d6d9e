//! Grin's own code beside pappus: it writes test data, is a peer to talk to, and runs the same benchmarks.

use std::path::Path;
use std::{env, process};

mod bench;
mod blocks;
mod chain;
mod genesis;
mod headers;
mod message;
mod peers;
mod segments;
mod serve;
mod transactions;
mod vectors;

use serve::Purpose;

const USAGE: &str = "\
usage: pappus-grin vectors FOLDER                writes test data
       pappus-grin serve ADDRESS DATA WORK [ARCHIVE | --pool]
                                                 runs a server of the automated testing network on what
                                                 `vectors` wrote to DATA, with a pool of Grin's own if told
                                                 so; commands come from standard input
       pappus-grin crowd ADDRESS DATA WORK N     likewise, for N inbound peers: it tells no event of theirs, and
                                                 passes transactions on
       pappus-grin bench FOLDER SECONDS          reads and writes the bodies in FOLDER for so long each";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["vectors", folder] => vectors::write_all(Path::new(folder)),
        ["serve", address, data, work] => serve::run(address, data, work, Purpose::Talk(None)),
        ["serve", address, data, work, "--pool"] => {
            serve::run(address, data, work, Purpose::TalkWithPool)
        }
        ["serve", address, data, work, archive] => {
            serve::run(address, data, work, Purpose::Talk(Some(archive)))
        }
        ["crowd", address, data, work, most] => {
            let most = most.parse().expect("N is a number");
            serve::run(address, data, work, Purpose::Crowd(most))
        }
        ["bench", folder, seconds] => bench::run(Path::new(folder), seconds),
        _ => {
            eprintln!("{USAGE}");
            process::exit(2);
        }
    }
}
