//! Random numbers: one stream per unit of work, so that neither threads nor order can change a result.

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use sha2::{Digest, Sha256};

use crate::method::Seed;

/// What random numbers are drawn for; each purpose has streams of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Markov chains.
    Chain,
    /// Draws of the probabilities of the cells of a table.
    Cells,
    /// Walks over graphs.
    Graphs,
    /// Replicates of the bootstrap of one table.
    Bootstrap,
    /// Simulated worlds.
    World,
    /// Draws from the posterior of one stratum.
    Stratum,
    /// Tables with links torn apart.
    Links,
}

/// The streams of one seed, purpose and key, such as a table; unit of work `index` has its own.
#[derive(Clone)]
pub(crate) struct Streams {
    key: [u8; 32],
}

impl Streams {
    pub(crate) fn new(seed: Seed, purpose: Purpose, key: &[u8]) -> Self {
        let purpose = match purpose {
            Purpose::Chain => "chain",
            Purpose::Cells => "cells",
            Purpose::Graphs => "graphs",
            Purpose::Bootstrap => "bootstrap",
            Purpose::World => "world",
            Purpose::Stratum => "stratum",
            Purpose::Links => "links",
        };
        let mut hash = Sha256::new();
        hash.update(seed.0.to_le_bytes());
        hash.update(purpose);
        hash.update(key);
        Self { key: hash.finalize().into() }
    }

    /// The generator of one unit of work.
    pub(crate) fn of(&self, index: u64) -> ChaCha12Rng {
        let mut generator = ChaCha12Rng::from_seed(self.key);
        generator.set_stream(index);
        generator
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn the_golden_draws_do_not_change_between_versions() {
        let streams = Streams::new(Seed(7), Purpose::Bootstrap, b"a table");
        let draws: Vec<u64> = (0..3).map(|index| streams.of(index).next_u64()).collect();
        expect_test::expect![[r#"
            [
                796892044790249093,
                10479506125314016047,
                9380045322253112741,
            ]
        "#]]
        .assert_debug_eq(&draws);
    }
}
