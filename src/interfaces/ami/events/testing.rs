//! What a test build tells of its inside.

use obelus_core::action::Lines;
use obelus_core::events::Event;

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    let Event::TestEvent(test) = event else { return false };
    lines
        .put("Type", "StateChange")
        .put("State", test.state)
        .put("AppFile", test.file)
        .put("AppFunction", test.function)
        .put("AppLine", test.line);
    for (name, value) in &test.fields {
        lines.put(name, value);
    }
    true
}
