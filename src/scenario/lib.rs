//! Tries a dialplan without a telephone.
//!
//! [`why`](why()) says which extension a number leads to and why. A [`Stage`] plays the calls of a [`ScenarioFile`] in
//! virtual time, on the real interpreter with the real applications; only the far ends follow a script.

mod actor;
mod acts;
mod cast;
mod contacts;
mod coverage;
mod expectation;
mod glob;
mod log;
mod outside;
mod report;
mod scenario;
mod stage;
mod way;
mod why;

pub use coverage::Coverage;
pub use report::{Failure, Outcome};
pub use scenario::{Scenario, ScenarioError, ScenarioFile};
pub use stage::{Scenery, Stage};
pub use why::{Question, why};
