//! From a dialled number and a caller's number to extensions, in Asterisk's order.

use std::ops::ControlFlow;

use crate::name::{Mode, Name};
use crate::trie::{Hit, Trie};

/// The names of a context, and for each the extensions for certain callers and for all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    names: Vec<Name>,
    trie: Trie,
    variants: Vec<Variants>,
}

/// The extensions of one name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variants {
    /// For certain callers; they come first.
    callers: Option<Box<Callers>>,
    /// For all callers.
    everyone: Option<u32>,
}

/// Extensions by the number of the caller.
#[derive(Clone, Debug, Default)]
struct Callers {
    names: Vec<Name>,
    trie: Trie,
    extensions: Vec<u32>,
    /// For callers without a number.
    nobody: Option<u32>,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller<'a> {
    /// With this number, which is empty if it is not known.
    Number(&'a str),
    /// Whoever: for questions about the plan itself.
    Anyone,
}

impl Matcher {
    /// Takes the names of extensions 0, 1, 2 …, which are in order and distinct.
    pub(crate) fn new(extensions: Vec<(Name, Option<Name>)>) -> Self {
        let mut matcher = Self::default();
        let mut callers: Vec<Vec<(Name, u32)>> = Vec::new();
        for (index, (name, caller)) in extensions.into_iter().enumerate() {
            let index = index as u32;
            if matcher.names.last() != Some(&name) {
                matcher.names.push(name);
                matcher.variants.push(Variants::default());
                callers.push(Vec::new());
            }
            match (caller, matcher.variants.last_mut(), callers.last_mut()) {
                (Some(caller), _, Some(callers)) => callers.push((caller, index)),
                (None, Some(variants), _) => variants.everyone = Some(index),
                _ => {}
            }
        }
        matcher.trie = Trie::new(&matcher.names);
        for (variants, callers) in matcher.variants.iter_mut().zip(callers) {
            variants.callers = (!callers.is_empty()).then(|| Box::new(Callers::new(callers)));
        }
        matcher
    }

    /// Calls `visit` with every extension that matches, in order, until it breaks.
    pub(crate) fn visit<B>(
        &self,
        number: &str,
        caller: Caller<'_>,
        mode: Mode,
        steps: &mut u32,
        visit: &mut dyn FnMut(Hit) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        visit_names(&self.names, &self.trie, number, mode, steps, &mut |hit: Hit| match self
            .variants
            .get(hit.name as usize)
        {
            Some(variants) => variants.visit(caller, hit.is_early, visit),
            None => ControlFlow::Continue(()),
        })
    }
}

impl Variants {
    fn visit<B>(
        &self,
        caller: Caller<'_>,
        is_early: bool,
        visit: &mut dyn FnMut(Hit) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if let Some(callers) = &self.callers {
            callers.visit(caller, is_early, visit)?;
        }
        match self.everyone {
            Some(name) => visit(Hit { name, is_early }),
            None => ControlFlow::Continue(()),
        }
    }
}

impl Callers {
    fn new(callers: Vec<(Name, u32)>) -> Self {
        let nobody = callers.iter().find(|(name, _)| *name == Name::Plain(Box::default()));
        let nobody = nobody.map(|(_, extension)| *extension);
        let (names, extensions): (Vec<Name>, Vec<u32>) = callers.into_iter().unzip();
        Self { trie: Trie::new(&names), names, extensions, nobody }
    }

    fn visit<B>(
        &self,
        caller: Caller<'_>,
        is_early: bool,
        visit: &mut dyn FnMut(Hit) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match caller {
            Caller::Anyone => self.extensions.iter().try_for_each(|&name| visit(Hit { name, is_early })),
            // Even `_.` and `_!` are not for callers without a number.
            Caller::Number("") => match self.nobody {
                Some(name) => visit(Hit { name, is_early }),
                None => ControlFlow::Continue(()),
            },
            Caller::Number(number) => {
                let mut found = |hit: Hit| match self.extensions.get(hit.name as usize) {
                    Some(&name) => visit(Hit { name, is_early }),
                    None => ControlFlow::Continue(()),
                };
                visit_names(&self.names, &self.trie, number, Mode::Exactly, &mut 0, &mut found)
            }
        }
    }
}

/// A text that begins with `_` may also be the spelling of a pattern, which takes its place in the order.
fn visit_names<B>(
    names: &[Name],
    trie: &Trie,
    text: &str,
    mode: Mode,
    steps: &mut u32,
    visit: &mut dyn FnMut(Hit) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let is_spelling = mode == Mode::Exactly && text.starts_with('_');
    let name = is_spelling.then(|| Name::parse(text).ok()).flatten();
    let spelled = name.and_then(|name| names.binary_search(&name).ok());
    let Some(spelled) = spelled else { return trie.visit(text.as_bytes(), mode, steps, visit) };
    let mut spelled = Some(Hit { name: spelled as u32, is_early: false });
    trie.visit(text.as_bytes(), mode, steps, &mut |hit| match spelled
        .take_if(|spelled| spelled.name <= hit.name)
    {
        Some(spelled) if spelled.name == hit.name => visit(hit),
        Some(spelled) => {
            visit(spelled)?;
            visit(hit)
        }
        None => visit(hit),
    })?;
    spelled.map_or(ControlFlow::Continue(()), visit)
}
