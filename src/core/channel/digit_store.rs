//! Digits that are kept in a variable as they come or go: `StoreDTMF`.

use crate::channel::Channel;

/// What is kept, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigitStore {
    /// Digits of the far end; else those that are sent to it.
    pub received: bool,
    /// The variable, or a function with its arguments, that they are added to.
    pub variable: String,
    /// Storing ends when there are so many; `None` for no end.
    pub most: Option<usize>,
}

impl Channel {
    /// Keeps digits from now on; says whether none were kept already.
    pub fn store_digits(&mut self, store: DigitStore) -> bool {
        if self.datastore.get::<DigitStore>().is_some() {
            return false;
        }
        self.facts().wants_sent_digits = !store.received;
        self.datastore.insert(store);
        true
    }

    /// Ends it; says whether any were kept.
    pub fn stop_storing_digits(&mut self) -> bool {
        self.facts().wants_sent_digits = false;
        self.datastore.remove::<DigitStore>().is_some()
    }

    /// A digit came or went.
    pub(super) async fn store_digit(&mut self, digit: char, received: bool) {
        let Some(store) = self.datastore.get::<DigitStore>().filter(|store| store.received == received)
        else {
            return;
        };
        let DigitStore { variable, most, .. } = store.clone();
        let mut digits = self.value_of(&variable).await;
        if most.is_some_and(|most| digits.chars().count() >= most) {
            self.stop_storing_digits();
            return;
        }
        digits.push(digit);
        if let Err(error) = self.assign(&variable, &digits).await {
            tracing::warn!(channel = %self.name(), %error, "digits cannot be stored in {variable}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn digits_are_kept_up_to_the_most() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        let store = |received| DigitStore { received, variable: "KEPT".into(), most: Some(2) };
        assert!(channel.store_digits(store(true)) && !channel.store_digits(store(false)));
        for digit in ['1', '2', '3'] {
            far.presses(digit);
        }
        channel.send_digit('9', None).await;
        channel.wait(Duration::from_secs(1)).await.unwrap();
        assert_eq!(channel.variable("KEPT").as_deref(), Some("12"));
        assert!(!channel.stop_storing_digits());
        channel.set_variable("KEPT", "");
        assert!(channel.store_digits(store(false)));
        channel.send_digit('9', None).await;
        assert_eq!(channel.variable("KEPT").as_deref(), Some("9"));
        assert!(channel.stop_storing_digits());
    }
}
