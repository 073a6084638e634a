//! Which `identify` section an address belongs to: exact addresses first, then the narrowest network.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::{Identify, Objects, SourceNetwork};

/// Things by address, some of them for one port only.
#[derive(Debug)]
struct ByAddress<T>(HashMap<IpAddr, Vec<At<T>>>);

#[derive(Debug)]
struct At<T> {
    port: Option<u16>,
    owner: T,
}

impl<T> Default for ByAddress<T> {
    fn default() -> ByAddress<T> {
        ByAddress(HashMap::new())
    }
}

impl<T> ByAddress<T> {
    fn add(&mut self, address: IpAddr, port: Option<u16>, owner: T) {
        self.0.entry(address.to_canonical()).or_default().push(At { port, owner });
    }

    /// The owner of this very port, else the first of any port.
    fn find(&self, source: SocketAddr) -> Option<&T> {
        let here = self.0.get(&source.ip().to_canonical())?;
        let exact = here.iter().find(|at| at.port == Some(source.port()));
        exact.or_else(|| here.iter().find(|at| at.port.is_none())).map(|at| &at.owner)
    }
}

/// The addresses and networks of all `identify` sections.
#[derive(Debug, Default)]
pub struct SourceIndex {
    hosts: ByAddress<Arc<Identify>>,
    /// The narrowest first; of equal ones that which stands first in the file.
    networks: Vec<(SourceNetwork, Arc<Identify>)>,
}

impl SourceIndex {
    pub(super) fn of(identifies: &Objects<Identify>) -> SourceIndex {
        let mut index = SourceIndex::default();
        for identify in identifies.iter() {
            identify.networks.iter().for_each(|source| index.add(*source, identify));
        }
        index.networks.sort_by_key(|(source, _)| (Reverse(source.network.prefix), source.port.is_none()));
        index
    }

    fn add(&mut self, source: SourceNetwork, identify: &Arc<Identify>) {
        let width = if source.network.address.is_ipv4() { 32 } else { 128 };
        if source.network.prefix == width {
            self.hosts.add(source.network.address, source.port, identify.clone());
        } else {
            self.networks.push((source, identify.clone()));
        }
    }

    /// The section that names this very address.
    pub fn find_host(&self, source: SocketAddr) -> Option<&Arc<Identify>> {
        self.hosts.find(source)
    }

    /// The section with the narrowest network that the address is in.
    pub fn find_network(&self, source: SocketAddr) -> Option<&Arc<Identify>> {
        let source = SocketAddr::new(source.ip().to_canonical(), source.port());
        self.networks.iter().find(|(network, _)| network.contains(source)).map(|(_, identify)| identify)
    }
}

/// What the host names of `identify` sections were resolved to.
///
/// It is made anew whenever names are looked up, without touching the configuration.
#[derive(Debug, Default)]
pub struct ResolvedHosts(ByAddress<Arc<str>>);

impl ResolvedHosts {
    /// Adds an address of a host in the `identify` section of this name.
    pub fn add(&mut self, identify: &Arc<str>, address: IpAddr, port: Option<u16>) {
        self.0.add(address, port, identify.clone());
    }

    /// The name of the `identify` section that an address belongs to.
    pub fn find(&self, source: SocketAddr) -> Option<&Arc<str>> {
        self.0.find(source)
    }

    /// The addresses of one section, sorted, for `pjsip show identify`.
    pub fn of(&self, identify: &str) -> Vec<SourceNetwork> {
        let mut found = Vec::new();
        for (address, here) in &self.0.0 {
            let own = here.iter().filter(|at| *at.owner == *identify);
            found.extend(own.map(|at| SourceNetwork::host(*address, at.port)));
        }
        found.sort_by_key(|source| (source.network.address, source.port));
        found
    }
}
