//! Ports that two parts of the configuration want: a mistake that is found before anything listens.

use std::sync::Arc;

use obelus_core::conf::Problem;
use obelus_core::module::{Claim, Module};

/// What is wanted twice: an error at the later place, which names the earlier one.
pub(crate) fn all(modules: &[Arc<dyn Module>]) -> Vec<Problem> {
    let claims: Vec<(&str, Claim)> = modules
        .iter()
        .flat_map(|module| module.claims().into_iter().map(|claim| (module.name(), claim)))
        .collect();
    let earlier = |at: usize, claim: &Claim| {
        claims.iter().take(at).find(|(_, other)| other.resource.excludes(&claim.resource))
    };
    let clashing = claims.iter().enumerate();
    clashing.filter_map(|(at, (name, claim))| Some(problem(name, claim, earlier(at, claim)?))).collect()
}

fn problem(name: &str, claim: &Claim, (other_name, other): &(&str, Claim)) -> Problem {
    let place = other.place.as_ref().map_or_else(|| "by default".to_owned(), |place| format!("at {place}"));
    let what = &claim.resource;
    Problem::error(
        claim.place.clone(),
        format!("{name} wants {what}, which {other_name} has already: {} {place}", other.resource),
    )
}
