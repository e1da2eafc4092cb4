//! Checks the content hashes of complexes, and that like complexes are in one split.

use std::collections::BTreeMap;

use molshot_molecule::Structure;

use super::VerifyReport;
use crate::plan::fingerprint::Fingerprint;
use crate::plan::groups::group;
use crate::plan::split::torn;
use crate::record::{ComplexPlan, Plan};
use crate::task::Split;

/// The complexes that were read so far.
#[derive(Debug, Default)]
pub(super) struct Families {
    fingerprints: BTreeMap<String, Fingerprint>,
    splits: BTreeMap<String, Split>,
}

impl Families {
    /// Adds a complex and checks its content hash.
    pub(super) fn add(
        &mut self,
        complex: &ComplexPlan,
        structure: &Structure,
        found: &mut VerifyReport,
    ) {
        let fingerprint = Fingerprint::of(structure);
        if fingerprint.content_sha256 != complex.content_sha256 {
            found.add_problem(format!(
                "the content of {} is not the one that was planned",
                complex.id
            ));
        }
        self.fingerprints.insert(complex.id.clone(), fingerprint);
        self.splits.insert(complex.id.clone(), complex.split);
    }

    /// Checks that no group of like complexes is in both splits, unless a file put it there.
    pub(super) fn check(&self, plan: &Plan, found: &mut VerifyReport) {
        if plan.split_listed {
            return;
        }
        let groups = group(&self.fingerprints, plan.split_by);
        for group in torn(&groups, &self.splits) {
            found.add_problem(format!(
                "{} are alike, but not in the same split",
                group.members.join(", ")
            ));
        }
    }
}
