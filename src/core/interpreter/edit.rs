//! Changes of the dialplan while calls run, as the console and AMI ask for them.

use std::sync::Arc;

use obelus_conf::{Location, Problems, Severity};
use obelus_dialplan::{EditError, Script};

use crate::Core;
use crate::interpreter::LoadedPlan;

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The script does not take it.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// What was added would not work.
    #[error("{0}")]
    Wrong(String),
}

impl Core {
    /// Changes the dialplan for new calls; a reload of `extensions.conf` forgets the change.
    ///
    /// Lines that `edit` adds stand at `place`: problems there refuse the change. It is called again if the dialplan was
    /// swapped meanwhile.
    pub fn change_dialplan(
        &self,
        place: &Location,
        edit: impl Fn(&mut Script) -> Result<(), EditError>,
    ) -> Result<(), ChangeError> {
        loop {
            let old = self.dialplan.load_full();
            let new = Arc::new(self.changed(&old, place, &edit)?);
            let before = self.dialplan.compare_and_swap(&old, new);
            if Arc::ptr_eq(&before, &old) {
                return Ok(());
            }
        }
    }

    fn changed(
        &self,
        old: &LoadedPlan,
        place: &Location,
        edit: &impl Fn(&mut Script) -> Result<(), EditError>,
    ) -> Result<LoadedPlan, ChangeError> {
        let mut script = Script::clone(old.script());
        edit(&mut script)?;
        let mut problems = Problems::new();
        let new = LoadedPlan::compile(&self.registry(), Arc::new(script), &mut problems);
        let is_here = |problem: &&obelus_conf::Problem| {
            problem.severity == Severity::Error && problem.location.as_ref() == Some(place)
        };
        let wrong: Vec<&str> =
            problems.iter().filter(is_here).map(|problem| problem.message.as_str()).collect();
        if wrong.is_empty() { Ok(new) } else { Err(ChangeError::Wrong(wrong.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use obelus_dialplan::Exten;

    use super::*;
    use crate::channel::Position;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn a_change_is_whole_or_refused() {
        let pbx = TestPbx::new(|_, _| {});
        pbx.load("[internal]\nexten => 100,1,Nothing()\n");
        let place = Location::new("CLI", 0);
        let add = |text: &str| {
            let exten = Exten::parse(text, &place).unwrap();
            pbx.core.change_dialplan(&place, |script| script.add_exten("internal", exten.clone(), false))
        };
        let exists = |exten: &str| {
            let position = Position::new("internal", exten, 1);
            pbx.core.dialplan.load().exists(&pbx.core.clock, &position, "")
        };
        let refused = add("101,1,Nothing()").unwrap_err().to_string();
        assert!(refused.contains("Nothing"), "{refused}");
        assert!(!exists("101") && exists("100"));
        assert!(matches!(add("100,1,NoOp()"), Err(ChangeError::Edit(EditError::Taken { .. }))));
    }
}
