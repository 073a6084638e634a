//! Lists in variables: items with a delimiter between them.

use obelus_core::channel::{Channel, without_underscores};
use obelus_core::dialplan::split_arguments;
use obelus_core::function::{FunctionArguments, FunctionError};

use crate::encoded::first_char;

/// All arguments, without their quotes.
pub(crate) fn owned_arguments(text: &str) -> Vec<String> {
    split_arguments(text, usize::MAX).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// What C's `isspace` takes for a blank.
pub(crate) fn is_blank(char: char) -> bool {
    char.is_ascii_whitespace() || char == '\u{b}'
}

/// Takes an item off the list in the variable that `varname[,delimiter]` names; `split` gives the item and the rest.
pub(crate) async fn take(
    channel: &mut Channel,
    arguments: &str,
    split: fn(&str, char) -> Option<(&str, &str)>,
) -> Result<String, FunctionError> {
    let (name, delimiter) = list_of(arguments)?;
    let list = channel.value_of(&name).await;
    if list.is_empty() {
        return Ok(list);
    }
    let (item, rest) = split(&list, delimiter).unwrap_or((&list, ""));
    channel.set_variable(&name, rest);
    Ok(item.to_owned())
}

/// Adds a value to the list in the variable that `varname[,delimiter]` names; `join` puts it where it belongs.
pub(crate) async fn add(
    channel: &mut Channel,
    arguments: &str,
    join: impl Fn(&str, char) -> String + Send,
    value: &str,
) -> Result<(), FunctionError> {
    let (name, delimiter) = list_of(arguments)?;
    let list = channel.value_of(without_underscores(&name).0).await;
    let joined = if list.is_empty() { value.to_owned() } else { join(&list, delimiter) };
    channel.set_variable(&name, joined);
    Ok(())
}

/// The variable's name and the delimiter.
fn list_of(arguments: &str) -> Result<(String, char), FunctionError> {
    let arguments = FunctionArguments::split(arguments, 2);
    let delimiter = first_char(arguments.text(1)).map_or(',', |(delimiter, _)| delimiter);
    Ok((arguments.required(0, "varname")?.to_owned(), delimiter))
}
