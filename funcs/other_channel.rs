//! Reading and changing another channel from a function.

use std::time::Duration;

use obelus_core::channel::{BoxFuture, Channel, ChannelHandle};
use obelus_core::function::FunctionError;

/// How long another channel may take to answer; it answers at once unless it is stuck.
const PATIENCE: Duration = Duration::from_secs(5);

/// Does something short on the task of `other`, while `channel` goes on hearing: two that ask each other both get answers.
pub(crate) async fn on<T, F>(
    channel: &mut Channel,
    other: &ChannelHandle,
    work: F,
) -> Result<T, FunctionError>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut Channel) -> BoxFuture<'a, T> + Send + Sync + 'static,
{
    if channel.handle() == other {
        return Ok(work(channel).await);
    }
    let asked = tokio::time::timeout(PATIENCE, other.run(work));
    match channel.meanwhile(asked).await {
        Ok(answer) => answer.map_err(|error| FunctionError::failed(format!("{}: {error}", other.name()))),
        Err(_) => Err(FunctionError::failed(format!("{} did not answer in time", other.name()))),
    }
}

/// What `${reference}` gives on another channel.
pub(crate) async fn value_of(
    channel: &mut Channel,
    other: &ChannelHandle,
    reference: &str,
) -> Result<String, FunctionError> {
    let reference = reference.to_owned();
    on(channel, other, move |other| Box::pin(async move { other.value_of(&reference).await })).await
}

/// `Set(name=value)` on another channel.
pub(crate) async fn assign(
    channel: &mut Channel,
    other: &ChannelHandle,
    name: &str,
    value: &str,
) -> Result<(), FunctionError> {
    let (name, value) = (name.to_owned(), value.to_owned());
    on(channel, other, move |other| Box::pin(async move { other.assign(&name, &value).await })).await?
}

/// The error of a channel that is not there.
pub(crate) fn not_found(name: &str) -> FunctionError {
    FunctionError::failed(format!("there is no channel {name}"))
}
