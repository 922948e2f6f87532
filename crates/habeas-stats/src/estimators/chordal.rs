//! All labelled graphs without chordless cycles, as signed sets of their cliques and separators.

use std::sync::OnceLock;

/// The largest number of vertices that is enumerated: 18,154 graphs; 7 vertices have some 600,000.
pub(crate) const MAX_VERTICES: usize = 6;

/// One decomposable graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chordal {
    /// Pairs of vertices, the smaller first, ascending.
    pub(crate) edges: Vec<(usize, usize)>,
    /// Vertex sets (as masks) that count once per clique and minus once per separator, those that cancel left out.
    pub(crate) signed_sets: Vec<(u32, i32)>,
}

/// The decomposable graphs on `n_vertices` (at most 6) vertices, computed once per process.
pub(crate) fn chordal_graphs(n_vertices: usize) -> &'static [Chordal] {
    static GRAPHS: [OnceLock<Vec<Chordal>>; MAX_VERTICES + 1] = [const { OnceLock::new() }; MAX_VERTICES + 1];
    GRAPHS[n_vertices].get_or_init(|| enumerate(n_vertices))
}

fn enumerate(n_vertices: usize) -> Vec<Chordal> {
    let pairs: Vec<(usize, usize)> = (0..n_vertices).flat_map(|i| (i + 1..n_vertices).map(move |j| (i, j))).collect();
    (0u32..1 << pairs.len())
        .filter_map(|chosen| {
            let edges: Vec<(usize, usize)> =
                pairs.iter().enumerate().filter(|(idx, _)| chosen >> idx & 1 == 1).map(|(_, &pair)| pair).collect();
            Chordal::of(n_vertices, edges)
        })
        .collect()
}

impl Chordal {
    /// The graph with these edges (pairs of vertices, the smaller first, ascending), if it is decomposable.
    pub(crate) fn of(n_vertices: usize, edges: Vec<(usize, usize)>) -> Option<Self> {
        Some(Self { signed_sets: signed_sets(n_vertices, &edges)?, edges })
    }
}

/// Removes vertices whose remaining neighbours are all joined, as long as there is one; a graph is chordal when that
/// removes all. Each removal adds the vertex with its neighbours once and takes the neighbours away once, which leaves
/// cliques minus separators `[lauritzen1996]`.
fn signed_sets(n_vertices: usize, edges: &[(usize, usize)]) -> Option<Vec<(u32, i32)>> {
    let mut neighbours = vec![0u32; n_vertices];
    for &(i, j) in edges {
        neighbours[i] |= 1 << j;
        neighbours[j] |= 1 << i;
    }
    let mut signs = vec![0i32; 1 << n_vertices];
    let mut left = (1u32 << n_vertices) - 1;
    while left != 0 {
        let vertex = (0..n_vertices).find(|&vertex| {
            let around = neighbours[vertex] & left;
            left >> vertex & 1 == 1
                && (0..n_vertices).all(|other| around >> other & 1 == 0 || around & !neighbours[other] == 1 << other)
        })?;
        let around = neighbours[vertex] & left;
        signs[(around | 1 << vertex) as usize] += 1;
        signs[around as usize] -= 1;
        left &= !(1 << vertex);
    }
    // The empty separator contributes nothing.
    Some((1..1u32 << n_vertices).map(|set| (set, signs[set as usize])).filter(|&(_, sign)| sign != 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_8_61_822_and_18154_decomposable_graphs() {
        let counts: Vec<usize> = (3..=6).map(|n| chordal_graphs(n).len()).collect();
        assert_eq!(counts, [8, 61, 822, 18_154]);
    }

    #[test]
    fn the_path_has_two_cliques_and_their_common_vertex_as_separator() {
        let path = chordal_graphs(3).iter().find(|graph| graph.edges == [(0, 1), (1, 2)]).unwrap();
        assert_eq!(path.signed_sets, [(0b010, -1), (0b011, 1), (0b110, 1)]);
    }

    #[test]
    fn every_component_of_every_graph_counts_once_in_its_signed_sets() {
        for graph in chordal_graphs(5) {
            let total: i32 = graph.signed_sets.iter().map(|(_, sign)| sign).sum();
            let mut component: Vec<usize> = (0..5).collect();
            for &(i, j) in &graph.edges {
                let (keep, gone) = (component[i], component[j]);
                component.iter_mut().filter(|c| **c == gone).for_each(|c| *c = keep);
            }
            component.sort_unstable();
            component.dedup();
            assert_eq!(total as usize, component.len(), "{:?}", graph.edges);
        }
    }
}
