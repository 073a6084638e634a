//! A channel's variables: inheritance, local ones of a Gosub, and names as Asterisk compares them.

use std::sync::Arc;

/// Names and values of variables that events show.
pub type ShownVariables = Arc<[(Arc<str>, Arc<str>)]>;

/// How far a variable travels to channels made on behalf of this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inherit {
    /// It stays.
    #[default]
    No,
    /// `_NAME`: to the next channel, where it is a plain one.
    Once,
    /// `__NAME`: to the next and on.
    Always,
}

#[derive(Clone, Debug)]
struct Variable {
    name: Box<str>,
    value: String,
    inherit: Inherit,
}

/// Variables in the order in which they were first set; a later one of the same name hides an earlier one.
///
/// A channel has a few dozen variables: comparing lengths in a row is faster than hashing, and keeps the order.
#[derive(Clone, Debug, Default)]
pub struct Variables(Vec<Variable>);

/// Takes the leading underscores from a name.
pub fn without_underscores(name: &str) -> (&str, Inherit) {
    if let Some(bare) = name.strip_prefix("__") {
        (bare, Inherit::Always)
    } else if let Some(bare) = name.strip_prefix('_') {
        (bare, Inherit::Once)
    } else {
        (name, Inherit::No)
    }
}

impl Variables {
    /// The value of a variable, without its underscores.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|variable| &*variable.name == name).map(|variable| &*variable.value)
    }

    /// The value that `depth` newer variables of the same name hide: `LOCAL_PEEK`.
    pub fn hidden(&self, name: &str, depth: usize) -> Option<&str> {
        let mut named = self.0.iter().rev().filter(|variable| &*variable.name == name);
        named.nth(depth).map(|variable| &*variable.value)
    }

    /// Sets `NAME`, `_NAME` or `__NAME`; a value that replaces another is written in its place.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        let (name, inherit) = without_underscores(name);
        match self.0.iter_mut().rev().find(|variable| &*variable.name == name) {
            Some(variable) => {
                value.clone_into(&mut variable.value);
                variable.inherit = inherit;
            }
            None => self.push(name, value, inherit),
        }
    }

    /// Deletes the newest variable of the name; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let (name, _) = without_underscores(name);
        let at = self.0.iter().rposition(|variable| &*variable.name == name);
        at.map(|at| self.0.remove(at)).is_some()
    }

    /// Adds a variable that hides those of the same name until [`Variables::remove`]: `LOCAL(name)`.
    pub fn hide(&mut self, name: &str, value: &str) {
        let (name, inherit) = without_underscores(name);
        self.push(name, value, inherit);
    }

    fn push(&mut self, name: &str, value: &str, inherit: Inherit) {
        self.0.push(Variable { name: name.into(), value: value.into(), inherit });
    }

    /// What a channel made on behalf of this one begins with, by the names' underscores.
    pub fn inherited(&self) -> Variables {
        let passed =
            self.0.iter().filter(|variable| variable.inherit != Inherit::No).map(|variable| Variable {
                inherit: if variable.inherit == Inherit::Always { Inherit::Always } else { Inherit::No },
                ..variable.clone()
            });
        Variables(passed.collect())
    }

    /// The values of the variables that events show, empty where there is none; `None` where none are wanted.
    pub fn shown(&self, names: &[Arc<str>]) -> Option<ShownVariables> {
        let value = |name: &Arc<str>| (name.clone(), self.get(name).unwrap_or_default().into());
        (!names.is_empty()).then(|| names.iter().map(value).collect())
    }

    /// Takes over variables, replacing those of the same name.
    pub fn extend(&mut self, others: &Variables) {
        for variable in &others.0 {
            self.remove(&variable.name);
            self.0.push(variable.clone());
        }
    }

    /// Name, value and inheritance of each, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str, Inherit)> {
        self.0.iter().map(|variable| (&*variable.name, &*variable.value, variable.inherit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(variables: &Variables, name: &str) -> Option<String> {
        variables.get(name).map(ToString::to_string)
    }

    #[test]
    fn underscores_say_how_far_a_variable_travels() {
        let mut mother = Variables::default();
        mother.set("a", "1");
        mother.set("_b", "2");
        mother.set("__c", "3");
        let child = mother.inherited();
        assert_eq!((value(&child, "a"), value(&child, "b")), (None, Some("2".into())));
        let grandchild = child.inherited();
        assert_eq!((value(&grandchild, "b"), value(&grandchild, "c")), (None, Some("3".into())));
    }

    #[test]
    fn a_local_variable_hides_the_outer_one_until_it_goes() {
        let mut variables = Variables::default();
        variables.set("x", "outer");
        variables.hide("x", "inner");
        variables.set("x", "changed");
        assert_eq!(value(&variables, "x"), Some("changed".into()));
        assert_eq!((variables.hidden("x", 1), variables.hidden("x", 2)), (Some("outer"), None));
        assert!(variables.remove("x"));
        assert_eq!(value(&variables, "x"), Some("outer".into()));
    }
}
