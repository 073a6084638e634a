//! All names of a context in one tree, so that a search costs the length of the number, not of the list.

use std::ops::{ControlFlow, Range};

use crate::name::{ByteSet, Mode, Name, Position};

/// Names in their order, each with the number it was given when the tree was built.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    plain: Tree,
    patterns: Tree,
}

/// A tree of positions; every branch keeps Asterisk's order.
#[derive(Clone, Debug, Default)]
struct Tree {
    nodes: Vec<Node>,
    /// Branches for one byte, ordered by it; they come before those for several.
    singles: Vec<(u8, Branch)>,
    /// Branches for several bytes.
    sets: Vec<(ByteSet, Branch)>,
    /// The names that end in `.` or `!`.
    open_ended: Vec<u32>,
    /// Of two names one of which is the beginning of the other, the shorter comes first.
    is_plain: bool,
}

/// Where a position leads: to a node, or to the one name that ends behind it.
///
/// Most branches of a large context end so. What is not there to be looked at need not come from memory.
#[derive(Clone, Copy, Debug)]
struct Branch(u32);

enum Led {
    Node(u32),
    End(u32),
}

impl Branch {
    const END: u32 = 1 << 31;

    fn to_end(name: u32) -> Self {
        Self(name | Self::END)
    }

    fn leads(self) -> Led {
        match self.0 & Self::END {
            0 => Led::Node(self.0),
            _ => Led::End(self.0 & !Self::END),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Node {
    singles: Range<u32>,
    sets: Range<u32>,
    more: Range<u32>,
    rest: Range<u32>,
    /// The name that ends here.
    end: Option<u32>,
}

/// What a visitor is told of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The number of the name.
    pub(crate) name: u32,
    /// Matched by a `!`.
    pub(crate) is_early: bool,
}

impl Trie {
    /// Builds the tree of distinct names in their order; they are numbered from zero.
    pub(crate) fn new(names: &[Name]) -> Self {
        let first_pattern = names.partition_point(|name| !name.is_pattern());
        let (plain, patterns) = names.split_at(first_pattern);
        Self { plain: Tree::new(plain, 0, true), patterns: Tree::new(patterns, first_pattern as u32, false) }
    }

    /// Calls `visit` with every name that matches, in order, until it breaks.
    ///
    /// `steps` counts the nodes that were looked at.
    pub(crate) fn visit<B>(
        &self,
        text: &[u8],
        mode: Mode,
        steps: &mut u32,
        visit: &mut dyn FnMut(Hit) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        for tree in [&self.plain, &self.patterns] {
            if !tree.nodes.is_empty() {
                Walk { tree, mode, steps: &mut *steps, visit: &mut *visit }.node(0, text)?;
            }
        }
        ControlFlow::Continue(())
    }
}

impl Tree {
    fn new(names: &[Name], first: u32, is_plain: bool) -> Self {
        let mut tree = Self { is_plain, ..Self::default() };
        if !names.is_empty() {
            tree.nodes.push(Node::default());
            tree.grow(0, names, first, 0);
        }
        tree
    }

    /// Fills a node with names that agree in everything before `depth`.
    fn grow(&mut self, node: usize, names: &[Name], first: u32, depth: usize) {
        let (mut singles, mut sets) = (Vec::new(), Vec::new());
        let mut filled = Node::default();
        let mut number = first;
        for group in names.chunk_by(|a, b| a.position(depth) == b.position(depth)) {
            let Some(name) = group.first() else { continue };
            match name.position(depth) {
                None => filled.end = Some(number),
                Some(Position::More) => filled.more = self.all_of(group, number),
                Some(Position::Rest) => filled.rest = self.all_of(group, number),
                Some(Position::Set(set)) => {
                    let branch = self.branch(group, number, depth + 1);
                    match set.first().filter(|_| set.len() == 1) {
                        Some(byte) => singles.push((byte, branch)),
                        None => sets.push((set, branch)),
                    }
                }
            }
            number += group.len() as u32;
        }
        filled.singles = appended(&mut self.singles, singles);
        filled.sets = appended(&mut self.sets, sets);
        if let Some(node) = self.nodes.get_mut(node) {
            *node = filled;
        }
    }

    fn branch(&mut self, names: &[Name], first: u32, depth: usize) -> Branch {
        match names {
            [name] if name.position(depth).is_none() => Branch::to_end(first),
            _ => {
                let node = self.nodes.len();
                self.nodes.push(Node::default());
                self.grow(node, names, first, depth);
                Branch(node as u32)
            }
        }
    }

    fn all_of(&mut self, names: &[Name], first: u32) -> Range<u32> {
        appended(&mut self.open_ended, (first..first + names.len() as u32).collect())
    }
}

fn appended<T>(list: &mut Vec<T>, more: Vec<T>) -> Range<u32> {
    let start = list.len() as u32;
    list.extend(more);
    start..list.len() as u32
}

fn slice<'a, T>(list: &'a [T], range: &Range<u32>) -> &'a [T] {
    list.get(range.start as usize..range.end as usize).unwrap_or_default()
}

/// A search through a tree. It goes as deep as the longest name, which is 255.
struct Walk<'a, B> {
    tree: &'a Tree,
    mode: Mode,
    steps: &'a mut u32,
    visit: &'a mut dyn FnMut(Hit) -> ControlFlow<B>,
}

impl<'a, B> Walk<'a, B> {
    fn branch(&mut self, branch: Branch, text: &[u8]) -> ControlFlow<B> {
        match branch.leads() {
            Led::Node(node) => self.node(node, text),
            Led::End(name) => {
                *self.steps += 1;
                let is_over = text.iter().all(|&byte| byte == b'-');
                self.end(Some(name).filter(|_| is_over && self.mode != Mode::OnlyWithMore))
            }
        }
    }

    fn node(&mut self, index: u32, text: &[u8]) -> ControlFlow<B> {
        *self.steps += 1;
        let tree = self.tree;
        let Some(node) = tree.nodes.get(index as usize) else { return ControlFlow::Continue(()) };
        let dashes = text.iter().take_while(|&&byte| byte == b'-').count();
        match text.get(dashes..).and_then(<[u8]>::split_first) {
            Some((&byte, text)) => self.inner(node, byte, text),
            None => self.last(node),
        }
    }

    /// There is more text.
    fn inner(&mut self, node: &'a Node, byte: u8, text: &[u8]) -> ControlFlow<B> {
        let singles = slice(&self.tree.singles, &node.singles);
        if let Ok(found) = singles.binary_search_by_key(&byte, |(byte, _)| *byte)
            && let Some((_, branch)) = singles.get(found)
        {
            self.branch(*branch, text)?;
        }
        for (set, branch) in slice(&self.tree.sets, &node.sets) {
            if set.contains(byte) {
                self.branch(*branch, text)?;
            }
        }
        self.hits(&node.more, false)?;
        self.hits(&node.rest, true)
    }

    /// The text ends here.
    fn last(&mut self, node: &'a Node) -> ControlFlow<B> {
        let end = node.end.filter(|_| self.mode != Mode::OnlyWithMore);
        self.end(end.filter(|_| self.tree.is_plain))?;
        if self.mode != Mode::Exactly {
            self.children(node)?;
            self.hits(&node.more, false)?;
        }
        self.hits(&node.rest, true)?;
        self.end(end.filter(|_| !self.tree.is_plain))
    }

    /// Every name of a branch begins with the text.
    fn everything(&mut self, branch: Branch) -> ControlFlow<B> {
        *self.steps += 1;
        let tree = self.tree;
        let index = match branch.leads() {
            Led::Node(index) => index,
            Led::End(name) => return self.end(Some(name)),
        };
        let Some(node) = tree.nodes.get(index as usize) else { return ControlFlow::Continue(()) };
        self.end(node.end.filter(|_| tree.is_plain))?;
        self.children(node)?;
        self.hits(&node.more, false)?;
        self.hits(&node.rest, false)?;
        self.end(node.end.filter(|_| !tree.is_plain))
    }

    fn children(&mut self, node: &'a Node) -> ControlFlow<B> {
        let tree = self.tree;
        let singles = slice(&tree.singles, &node.singles).iter().map(|(_, branch)| branch);
        let sets = slice(&tree.sets, &node.sets).iter().map(|(_, branch)| branch);
        singles.chain(sets).try_for_each(|branch| self.everything(*branch))
    }

    fn end(&mut self, name: Option<u32>) -> ControlFlow<B> {
        match name {
            Some(name) => (self.visit)(Hit { name, is_early: false }),
            None => ControlFlow::Continue(()),
        }
    }

    fn hits(&mut self, names: &Range<u32>, is_early: bool) -> ControlFlow<B> {
        let tree = self.tree;
        slice(&tree.open_ended, names).iter().try_for_each(|&name| (self.visit)(Hit { name, is_early }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::Matched;

    fn all_hits(names: &[Name], text: &str, mode: Mode) -> Vec<Hit> {
        let mut hits = Vec::new();
        let _ = Trie::new(names).visit(text.as_bytes(), mode, &mut 0, &mut |hit| {
            hits.push(hit);
            ControlFlow::<()>::Continue(())
        });
        hits
    }

    /// One name after the other, as Asterisk's own search goes.
    fn one_by_one(names: &[Name], text: &str, mode: Mode) -> Vec<Hit> {
        let hit = |(index, name): (usize, &Name)| match name.matches(text, mode) {
            Matched::No => None,
            matched => Some(Hit { name: index as u32, is_early: matched == Matched::Early }),
        };
        names.iter().enumerate().filter_map(hit).collect()
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[0-3ab-]{0,5}", "_([0-3XZNxzn.!a-]|\\[[0-3]{1,2}\\]|\\[[0-2]-[2-4]\\]){0,5}",]
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_a_list_finds(
            names in prop::collection::vec(name(), 0..30),
            text in "[0-4ab-]{0,5}",
        ) {
            let mut names: Vec<Name> = names.iter().map(|name| Name::parse(name).unwrap()).collect();
            names.sort();
            names.dedup();
            for mode in [Mode::Exactly, Mode::WithMore, Mode::OnlyWithMore] {
                prop_assert_eq!(all_hits(&names, &text, mode), one_by_one(&names, &text, mode));
            }
        }
    }

    #[test]
    fn steps_do_not_grow_with_the_list() {
        let steps = |count: u32| {
            let mut names: Vec<Name> =
                (0..count).map(|number| Name::parse(&format!("1{number:08}")).unwrap()).collect();
            names.extend((0..count).map(|number| Name::parse(&format!("_2{number:08}X.")).unwrap()));
            names.sort();
            let trie = Trie::new(&names);
            let mut steps = 0;
            for text in ["100000007", "20000000712", "3"] {
                let _ = trie.visit(text.as_bytes(), Mode::Exactly, &mut steps, &mut |_| {
                    ControlFlow::<()>::Continue(())
                });
            }
            steps
        };
        assert_eq!(steps(10), steps(100_000));
        assert!(steps(10) < 30);
    }
}
