//! What became of a call.

/// The numbers are part of the C interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// It was done, or found.
    Accepted = 0,
    /// Nothing was new.
    Known = 1,
    /// What it builds on is not here: the predecessor, or a spent output.
    Unlinked = 2,
    /// By rules that do not change. The only verdict that blames whoever has sent it.
    Invalid = 3,
    /// Not yet valid.
    Future = 4,
    /// Valid, but not wanted: its fee is too low, the pool is full, or it spends what the pool spends already.
    Refused = 5,
    /// There is none.
    Absent = 6,
    /// By a fault of this machine, or one that cannot be told from it.
    Failed = 7,
}

/// Why something was not accepted; the text is for a log.
#[derive(Debug)]
pub struct Fault {
    pub verdict: Verdict,
    pub reason: String,
}

pub type Outcome<T> = Result<T, Fault>;

impl Fault {
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Fault {
        Fault {
            verdict,
            reason: reason.into(),
        }
    }

    pub fn failed(reason: impl std::fmt::Display) -> Fault {
        Fault::new(Verdict::Failed, reason.to_string())
    }
}

/// For functions whose errors are all this machine's.
pub trait OrFailed<T> {
    fn or_failed(self) -> Outcome<T>;
}

impl<T, E: std::fmt::Display> OrFailed<T> for Result<T, E> {
    fn or_failed(self) -> Outcome<T> {
        self.map_err(Fault::failed)
    }
}

/// For look-ups in Grin's store, where a missing entry is no failure.
pub trait OrAbsent<T> {
    fn or_absent(self) -> Outcome<T>;
}

impl<T> OrAbsent<T> for Result<T, grin_chain::Error> {
    fn or_absent(self) -> Outcome<T> {
        self.map_err(|error| match error {
            grin_chain::Error::StoreErr(grin_store::Error::NotFoundErr(what), _) => {
                Fault::new(Verdict::Absent, what)
            }
            grin_chain::Error::InvalidHeaderHeight(height) => {
                Fault::new(Verdict::Absent, format!("no header at {height}"))
            }
            other => Fault::failed(other),
        })
    }
}
