//! What the tests of all applications begin with.

use obelus_core::testing::TestPbx;

/// A PBX with every application and this dialplan.
pub(crate) fn pbx(dialplan: &str) -> TestPbx {
    let pbx = TestPbx::new(|_, registry| crate::register(registry));
    pbx.dialplan(dialplan);
    pbx
}

/// What the checker says of a priority.
pub(crate) fn complaint(application: &str) -> String {
    let pbx = TestPbx::new(|_, registry| crate::register(registry));
    let problems = pbx.load(&format!("[internal]\nexten => s,1,{application}\n"));
    problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
}
