//! `Arena`: values behind small copyable ids that go stale when the value is gone.

/// An index, and how often its place was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    index: u32,
    generation: u32,
}

/// Defines a public id type over an arena's key.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) $crate::arena::Key);

        impl From<$crate::arena::Key> for $name {
            fn from(key: $crate::arena::Key) -> Self {
                Self(key)
            }
        }

        impl From<$name> for $crate::arena::Key {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}
pub(crate) use id;

/// Values with stable places; a freed place is used again under another generation.
#[derive(Debug)]
pub(crate) struct Arena<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
    len: usize,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Arena<T> {
    pub(crate) fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new(), len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn insert(&mut self, value: T) -> Key {
        let key = self.reserve();
        self.fill(key, value);
        key
    }

    /// Takes a place for a value that is made with its key known; `fill` puts it there.
    pub(crate) fn reserve(&mut self) -> Key {
        if let Some(index) = self.free.pop()
            && let Some(place) = self.places.get(index as usize)
        {
            return Key { index, generation: place.generation };
        }
        // Tables are bounded far below 2³² by the configuration.
        let index = self.places.len() as u32;
        self.places.push(Place { generation: 0, value: None });
        Key { index, generation: 0 }
    }

    pub(crate) fn fill(&mut self, key: Key, value: T) {
        if let Some(place) = self.places.get_mut(key.index as usize)
            && place.generation == key.generation
        {
            self.len += usize::from(place.value.is_none());
            place.value = Some(value);
        }
    }

    pub(crate) fn get(&self, key: impl Into<Key>) -> Option<&T> {
        let key = key.into();
        let place = self.places.get(key.index as usize)?;
        place.value.as_ref().filter(|_| place.generation == key.generation)
    }

    pub(crate) fn get_mut(&mut self, key: impl Into<Key>) -> Option<&mut T> {
        let key = key.into();
        let place = self.places.get_mut(key.index as usize)?;
        place.value.as_mut().filter(|_| place.generation == key.generation)
    }

    pub(crate) fn remove(&mut self, key: impl Into<Key>) -> Option<T> {
        let key = key.into();
        let place =
            self.places.get_mut(key.index as usize).filter(|place| place.generation == key.generation)?;
        let value = place.value.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(key.index);
        self.len -= 1;
        Some(value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.places.iter().zip(0u32..).filter_map(|(place, index)| {
            place.value.as_ref().map(|value| (Key { index, generation: place.generation }, value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_stale_when_its_value_is_gone() {
        let mut arena = Arena::new();
        let (first, second) = (arena.insert('a'), arena.insert('b'));
        assert_eq!(arena.remove(first), Some('a'));
        assert_eq!(arena.remove(first), None);
        let third = arena.insert('c');
        assert_eq!(arena.get(first), None);
        assert_eq!((arena.get(second), arena.get(third), arena.len()), (Some(&'b'), Some(&'c'), 2));
        assert_eq!(arena.iter().count(), 2);
    }
}
