//! What features keep on a channel: one value of each type, dropped when the channel ends.

use std::any::{Any, TypeId};

/// Values by their type. A value whose `Drop` gives something back, such as a lock, gives it back at the channel's end.
#[derive(Default)]
pub struct Datastore(Vec<(TypeId, Box<dyn Any + Send + Sync>)>);

impl Datastore {
    /// The value of this type, if there is one.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.0.iter().find(|entry| entry.0 == TypeId::of::<T>())?.1.downcast_ref()
    }

    /// The value of this type, if there is one, to change it.
    pub fn get_mut<T: Any + Send + Sync>(&mut self) -> Option<&mut T> {
        self.0.iter_mut().find(|entry| entry.0 == TypeId::of::<T>())?.1.downcast_mut()
    }

    /// The value of this type, which is made if there is none.
    pub fn get_or_insert_with<T: Any + Send + Sync>(&mut self, make: impl FnOnce() -> T) -> &mut T {
        let at = self.0.iter().position(|entry| entry.0 == TypeId::of::<T>()).unwrap_or_else(|| {
            self.0.push((TypeId::of::<T>(), Box::new(make())));
            self.0.len() - 1
        });
        self.0[at].1.downcast_mut().expect("stored under its own type")
    }

    /// Keeps a value in the place of the one of its type, which is returned.
    pub fn insert<T: Any + Send + Sync>(&mut self, value: T) -> Option<T> {
        let before = self.remove();
        self.0.push((TypeId::of::<T>(), Box::new(value)));
        before
    }

    /// Takes the value of this type out.
    pub fn remove<T: Any + Send + Sync>(&mut self) -> Option<T> {
        let at = self.0.iter().position(|entry| entry.0 == TypeId::of::<T>())?;
        self.0.swap_remove(at).1.downcast().ok().map(|value| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Secret(u8);

    #[test]
    fn there_is_one_value_of_each_type() {
        let mut store = Datastore::default();
        store.insert(Secret(1));
        store.insert(1_u8);
        assert_eq!(store.insert(Secret(2)), Some(Secret(1)));
        store.get_mut::<Secret>().unwrap().0 += 1;
        assert_eq!((store.get::<Secret>(), store.get::<u8>()), (Some(&Secret(3)), Some(&1)));
        assert_eq!(store.remove::<Secret>(), Some(Secret(3)));
        assert_eq!(store.get::<Secret>(), None);
        store.get_or_insert_with(|| Secret(4)).0 += 1;
        assert_eq!(store.get_or_insert_with(|| Secret(0)), &Secret(5));
    }
}
