//! How the lists overlap: what a reader must see before believing any estimate from them.

use super::CaptureHistories;

/// Sizes and overlaps of the lists of one table, with the islands of the overlap graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Names of the lists, in file order.
    pub lists: Vec<String>,
    /// n_j, the people on each list.
    pub sizes: Vec<u64>,
    /// `pairwise[i][j]`: people on both i and j; the diagonal holds the sizes.
    pub pairwise: Vec<Vec<u64>>,
    /// f_i at index i − 1: people on exactly i lists.
    pub frequencies: Vec<u64>,
    /// People on each list and on no other.
    pub only: Vec<u64>,
    /// Groups of non-empty lists that share people with one another and with nobody else, each ascending.
    pub islands: Vec<Vec<usize>>,
}

impl Overlap {
    /// Counts the overlaps of a table.
    pub fn of(histories: &CaptureHistories) -> Self {
        let n_lists = histories.n_lists();
        let mut pairwise = vec![vec![0; n_lists]; n_lists];
        let mut only = vec![0; n_lists];
        for (mask, count) in histories.counts() {
            for i in members(mask) {
                for j in members(mask) {
                    pairwise[i][j] += count;
                }
            }
            if mask.is_power_of_two() {
                only[mask.trailing_zeros() as usize] += count;
            }
        }
        let islands = islands(&pairwise);
        Self {
            lists: histories.lists().to_vec(),
            sizes: histories.list_sizes(),
            frequencies: histories.frequencies(),
            pairwise,
            only,
            islands,
        }
    }

    /// The names of the lists of each island.
    pub fn island_names(&self) -> Vec<Vec<String>> {
        self.islands.iter().map(|island| island.iter().map(|&list| self.lists[list].clone()).collect()).collect()
    }

    /// n₂: people on two lists or more.
    pub fn n_on_several(&self) -> u64 {
        self.frequencies.iter().skip(1).sum()
    }
}

/// The list indices of a mask, ascending.
pub(crate) fn members(mask: u32) -> impl Iterator<Item = usize> {
    (0..u32::BITS as usize).filter(move |list| mask >> list & 1 == 1)
}

/// Connected components of the graph with an edge wherever two lists share a person.
fn islands(pairwise: &[Vec<u64>]) -> Vec<Vec<usize>> {
    let n_lists = pairwise.len();
    let mut seen = vec![false; n_lists];
    let mut islands = Vec::new();
    for start in 0..n_lists {
        if seen[start] || pairwise[start][start] == 0 {
            continue;
        }
        seen[start] = true;
        let mut island = vec![start];
        let mut next = 0;
        while next < island.len() {
            let list = island[next];
            next += 1;
            for other in 0..n_lists {
                if !seen[other] && pairwise[list][other] > 0 {
                    seen[other] = true;
                    island.push(other);
                }
            }
        }
        island.sort_unstable();
        islands.push(island);
    }
    islands
}
