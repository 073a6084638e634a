//! FastAGI: finding servers and connecting to the first one that answers.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;
use obelus_core::random::Random;
use tokio::net::TcpStream;

/// One that offers the service (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    priority: u16,
    weight: u16,
}

impl Server {
    /// A server that was named directly.
    pub(super) fn new(host: String, port: u16) -> Server {
        Server { host, port, priority: 0, weight: 0 }
    }
}

/// Looks services up.
#[derive(Default)]
pub(super) struct Services(OnceLock<TokioResolver>);

impl Services {
    /// The servers of a service in the order in which they are to be tried.
    pub(super) async fn of(&self, service: &str, random: &Random) -> Result<Vec<Server>, String> {
        let lookup = self.resolver()?.srv_lookup(service).await.map_err(|error| error.to_string())?;
        let server = |data: &RData| match data {
            RData::SRV(record) => Some(Server {
                host: record.target.to_utf8().trim_end_matches('.').to_owned(),
                port: record.port,
                priority: record.priority,
                weight: record.weight,
            }),
            _ => None,
        };
        let found = lookup.answers().iter().filter_map(|record| server(&record.data)).collect();
        Ok(ordered(found, |most| random.between(0, most)))
    }

    fn resolver(&self) -> Result<&TokioResolver, String> {
        if let Some(resolver) = self.0.get() {
            return Ok(resolver);
        }
        let built = TokioResolver::builder_tokio().and_then(|builder| builder.build());
        let built = built.map_err(|error| format!("the system's resolver: {error}"))?;
        Ok(self.0.get_or_init(|| built))
    }
}

/// By priority, and among equal ones by chance and weight; `choose` gives a number from 0 to its argument.
fn ordered(mut servers: Vec<Server>, choose: impl Fn(i64) -> i64) -> Vec<Server> {
    // Those without weight come first, so that they have a small chance (RFC 2782).
    servers.sort_by_key(|server| (server.priority, server.weight));
    let mut order = Vec::with_capacity(servers.len());
    while let Some(priority) = servers.first().map(|server| server.priority) {
        let equals = servers.iter().take_while(|server| server.priority == priority);
        let chosen = choose(equals.clone().map(|server| i64::from(server.weight)).sum());
        let mut sum = 0;
        let at = equals.take_while(|server| {
            sum += i64::from(server.weight);
            sum < chosen
        });
        let at = at.count();
        order.push(servers.remove(at));
    }
    order
}

/// Connects to the first address of the first server that answers; the error names the last failure.
pub(super) async fn connect(servers: &[Server], patience: Duration) -> Result<TcpStream, String> {
    let mut last = "there is no server".to_owned();
    for server in servers {
        let addresses = match tokio::net::lookup_host((server.host.as_str(), server.port)).await {
            Ok(addresses) => addresses,
            Err(error) => {
                last = format!("unable to locate host '{}': {error}", server.host);
                tracing::warn!("FastAGI: {last}");
                continue;
            }
        };
        for address in addresses {
            match connect_to(address, patience).await {
                Ok(stream) => return Ok(stream),
                Err(reason) => last = reason,
            }
            tracing::warn!("FastAGI: {last}");
        }
    }
    Err(last)
}

async fn connect_to(address: SocketAddr, patience: Duration) -> Result<TcpStream, String> {
    match tokio::time::timeout(patience, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // Lines are short and each waits for the other.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => Err(format!("connecting to {address} failed: {error}")),
        Err(_) => Err(format!("connecting to {address} took longer than {patience:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(host: &str, priority: u16, weight: u16) -> Server {
        Server { host: host.to_owned(), port: 1, priority, weight }
    }

    fn check(choose: fn(i64) -> i64, expected: &str) {
        let servers = vec![
            server("late", 20, 0),
            server("light", 10, 1),
            server("heavy", 10, 9),
            server("none", 10, 0),
        ];
        let order: Vec<String> = ordered(servers, choose).into_iter().map(|server| server.host).collect();
        assert_eq!(order.join(" "), expected);
    }

    #[test]
    fn servers_are_tried_by_priority_and_weight() {
        check(|_| 0, "none light heavy late");
        check(|most| most, "heavy light none late");
        check(|most| most.min(1), "light heavy none late");
    }

    #[tokio::test]
    async fn the_next_server_takes_the_place_of_one_that_is_down() {
        let up = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let down = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = down.local_addr().unwrap().port();
        drop(down);
        let servers = [
            Server::new("127.0.0.1".to_owned(), closed),
            Server::new("127.0.0.1".to_owned(), up.local_addr().unwrap().port()),
        ];
        let stream = connect(&servers, Duration::from_secs(2)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), up.local_addr().unwrap());
        let failure = connect(&servers[..1], Duration::from_secs(2)).await.unwrap_err();
        assert!(failure.starts_with(&format!("connecting to 127.0.0.1:{closed} failed")), "{failure}");
    }
}
