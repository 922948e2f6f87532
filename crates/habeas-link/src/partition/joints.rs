//! The pair by which a cluster would fall apart first.

use super::{
    Evidence, WeakestJoint,
    components::{Chains, Groups, Rows},
};
use crate::blocking::in_parallel;
use habeas_core::{Partition, ScoredPair};

/// Clusters that one job of a thread looks at.
const RANGE: usize = 1 << 14;

/// In the heaviest tree that spans a cluster, the lightest pair: of every cluster of two records and more, by cluster.
pub(crate) fn weakest_joints(partition: &Partition, evidence: &Evidence, threads: usize) -> Vec<WeakestJoint> {
    let cluster_of = partition.cluster_of();
    let mut first_of: Vec<u32> = Vec::with_capacity(partition.n_clusters());
    let firsts = (0u32..).zip(cluster_of).map(|(record, cluster)| {
        if *cluster as usize == first_of.len() {
            first_of.push(record);
        }
        first_of[*cluster as usize]
    });
    let firsts: Vec<u32> = firsts.collect();
    let chains = Chains::of(&firsts);
    drop(firsts);
    let rows = Rows::of(evidence.n_records, evidence.pairs);
    let several = |cluster: &usize| !chains.is_alone(first_of[*cluster]);
    let found = in_parallel(first_of.len().div_ceil(RANGE), threads, |job| {
        let clusters = job * RANGE..((job + 1) * RANGE).min(first_of.len());
        let joint = |cluster: usize| {
            let members: Vec<u32> = chains.members(first_of[cluster]).collect();
            let inside = |pair: &&ScoredPair| cluster_of[pair.right as usize] as usize == cluster;
            let edges = members.iter().flat_map(|record| rows.row(*record).iter().filter(inside)).copied().collect();
            WeakestJoint { cluster: cluster as u32, pair: weakest(&members, edges, evidence) }
        };
        clusters.filter(several).map(joint).collect::<Vec<_>>()
    });
    found.into_iter().flatten().collect()
}

/// `members` ascend, two or more.
fn weakest(members: &[u32], mut edges: Vec<ScoredPair>, evidence: &Evidence) -> ScoredPair {
    let sides = |pair: &ScoredPair| (pair.left, pair.right);
    edges.sort_by(|a, b| b.weight().0.total_cmp(&a.weight().0).then_with(|| sides(a).cmp(&sides(b))));
    let place = |record: u32| members.partition_point(|member| *member < record) as u32;
    let mut groups = Groups::new(members.len());
    let mut weakest: Option<ScoredPair> = None;
    for pair in edges {
        if groups.join(place(pair.left), place(pair.right)) {
            weakest = Some(pair);
        }
    }
    // What judgements alone hold together may never have been scored.
    for (at, record) in members.iter().enumerate().skip(1) {
        if groups.join(0, at as u32) {
            let pair = ScoredPair::new(members[0], *record, (evidence.weigh)(members[0], *record));
            weakest = Some(weakest.filter(|known| known.weight() <= pair.weight()).unwrap_or(pair));
        }
    }
    weakest.expect("two records of a cluster are joined by a pair")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::Constraints;
    use habeas_core::MatchWeight;

    #[test]
    fn every_person_of_several_records_has_a_weakest_joint_also_where_only_people_said_so() {
        let pair = |left, right, bits| ScoredPair::new(left, right, MatchWeight(bits));
        let pairs = [pair(0, 1, 9.0), pair(0, 2, 2.0), pair(1, 2, 4.0), pair(3, 4, 7.0), pair(3, 5, 8.0)];
        let weigh = |left: u32, right: u32| MatchWeight(-f64::from(left + right));
        let judgements = &Constraints::default();
        let evidence = Evidence { n_records: 9, pairs: &pairs, judgements, cut: MatchWeight(0.0), weigh: &weigh };
        let partition = Partition::from_labels(&[0, 0, 0, 1, 1, 2, 3, 4, 3]);
        let joints = weakest_joints(&partition, &evidence, 2);
        let told: Vec<(u32, f64)> = joints.iter().map(|joint| (joint.cluster, joint.pair.weight().0)).collect();
        assert_eq!(told, [(0, 4.0), (1, 7.0), (3, -14.0)]);
    }
}
