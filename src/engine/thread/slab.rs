//! The legs of a thread in one piece of memory, found by index; a generation tells a leg from its predecessor.

use super::leg::Leg;

/// The index of no leg.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The legs of a thread.
#[derive(Debug, Default)]
pub(crate) struct Slab {
    legs: Vec<Option<Leg>>,
    generations: Vec<u32>,
    free: Vec<u32>,
}

impl Slab {
    /// Puts a leg in and returns its index.
    pub(crate) fn insert(&mut self, leg: Leg) -> u32 {
        if let Some(index) = self.free.pop()
            && let Some(place) = self.legs.get_mut(index as usize)
        {
            *place = Some(leg);
            return index;
        }
        self.legs.push(Some(leg));
        self.generations.push(0);
        self.legs.len() as u32 - 1
    }

    pub(crate) fn remove(&mut self, index: u32) -> Option<Leg> {
        let leg = self.legs.get_mut(index as usize)?.take()?;
        if let Some(generation) = self.generations.get_mut(index as usize) {
            *generation = generation.wrapping_add(1);
        }
        self.free.push(index);
        Some(leg)
    }

    pub(crate) fn get(&self, index: u32) -> Option<&Leg> {
        self.legs.get(index as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Leg> {
        self.legs.get_mut(index as usize)?.as_mut()
    }

    /// What tells this leg from others that had its index.
    pub(crate) fn generation(&self, index: u32) -> u32 {
        self.generations.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.legs.len() - self.free.len()
    }

    /// Indexes in use lie below this.
    pub(crate) fn end(&self) -> u32 {
        self.legs.len() as u32
    }
}
