//! SRV records (RFC 2782): who offers a service, in the order in which they are to be tried.

use std::sync::OnceLock;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;
use obelus_core::channel::Channel;
use obelus_core::function::FunctionError;
use obelus_core::random::Random;

/// One that offers a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its name, without a dot at the end.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) priority: u16,
    pub(crate) weight: u16,
}

/// What a channel has looked up, by the service's name.
#[derive(Default)]
struct Results(Vec<(String, Vec<Record>)>);

/// Looks services up.
#[derive(Default)]
pub(crate) struct Services(OnceLock<TokioResolver>);

impl Services {
    /// Looks a service up and keeps what was found on the channel; a service that nobody offers has no records.
    pub(crate) async fn query(&self, channel: &mut Channel, service: &str) -> Result<(), FunctionError> {
        let resolver = self.resolver()?;
        let found = channel.meanwhile(look_up(resolver, service)).await?;
        let records = ordered(found, &channel.core().random);
        let mut results = channel.datastore.remove::<Results>().unwrap_or_default();
        results.0.retain(|(known, _)| known != service);
        results.0.push((service.to_owned(), records));
        channel.datastore.insert(results);
        Ok(())
    }

    fn resolver(&self) -> Result<&TokioResolver, FunctionError> {
        if let Some(resolver) = self.0.get() {
            return Ok(resolver);
        }
        let built = TokioResolver::builder_tokio().and_then(|builder| builder.build());
        let built =
            built.map_err(|error| FunctionError::failed(format!("the system's resolver: {error}")))?;
        Ok(self.0.get_or_init(|| built))
    }
}

/// What [`Services::query`] has found for a service, if it was asked.
pub(crate) fn found<'a>(channel: &'a Channel, service: &str) -> Option<&'a [Record]> {
    let results = channel.datastore.get::<Results>()?;
    results.0.iter().find(|(known, _)| known == service).map(|(_, records)| records.as_slice())
}

async fn look_up(resolver: &TokioResolver, service: &str) -> Result<Vec<Record>, FunctionError> {
    let lookup = match resolver.srv_lookup(service).await {
        Ok(lookup) => lookup,
        Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
        Err(error) => return Err(FunctionError::failed(format!("{service}: {error}"))),
    };
    let record = |data: &RData| match data {
        RData::SRV(srv) => Some(Record {
            host: srv.target.to_ascii().trim_end_matches('.').to_owned(),
            port: srv.port,
            priority: srv.priority,
            weight: srv.weight,
        }),
        _ => None,
    };
    Ok(lookup.answers().iter().filter_map(|answer| record(&answer.data)).collect())
}

/// By priority; those of one priority by chance, more often first the more weight they have (RFC 2782).
fn ordered(mut records: Vec<Record>, random: &Random) -> Vec<Record> {
    // Those without weight come first, so that their small chance is not lost.
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut order = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let group = records.iter().take_while(|record| record.priority == first.priority);
        let total: i64 = group.map(|record| i64::from(record.weight)).sum();
        let mut left = random.between(0, total);
        let reached = |record: &Record| {
            left -= i64::from(record.weight);
            left <= 0
        };
        let at = records.iter().position(reached).unwrap_or(0);
        order.push(records.remove(at));
    }
    order
}

#[cfg(test)]
pub(crate) mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::rdata::SRV;
    use hickory_resolver::proto::rr::{Name, Record as Resource};
    use tokio::net::UdpSocket;

    use super::*;

    impl Services {
        fn asking(server: SocketAddr) -> Services {
            let mut udp = ConnectionConfig::udp();
            udp.port = server.port();
            let mut server = NameServerConfig::udp(server.ip());
            server.connections = vec![udp];
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
            let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
            Services(OnceLock::from(builder.build().unwrap()))
        }
    }

    /// Asks a name server that knows `_sip._udp.example.com`, and knows that there is no other name.
    pub(crate) async fn services() -> Services {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut datagram = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut datagram).await {
                let answer = answer(&Message::from_vec(&datagram[..length]).unwrap());
                socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
            }
        });
        Services::asking(address)
    }

    fn answer(request: &Message) -> Message {
        let query = request.queries[0].clone();
        let mut answer = Message::response(request.metadata.id, request.metadata.op_code);
        if query.name().to_ascii() == "_sip._udp.example.com." {
            for (priority, host) in [(20, "b.example.com."), (10, "a.example.com.")] {
                let data =
                    RData::SRV(SRV::new(priority, 5, 5060 + priority, Name::from_ascii(host).unwrap()));
                answer.add_answer(Resource::from_rdata(query.name().clone(), 60, data));
            }
        } else {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        answer.add_query(query);
        answer
    }

    fn record(host: &str, priority: u16, weight: u16) -> Record {
        Record { host: host.to_owned(), port: 5060, priority, weight }
    }

    #[test]
    fn lower_priorities_come_first_and_heavier_records_more_often() {
        let records =
            [record("last", 20, 900), record("light", 10, 1), record("heavy", 10, 9), record("none", 10, 0)];
        let mut heavy_first = 0;
        for _ in 0..300 {
            let order = ordered(records.to_vec(), &Random::System);
            assert_eq!((order.len(), &*order[3].host), (4, "last"));
            heavy_first += usize::from(order[0].host == "heavy");
        }
        assert!((200..300).contains(&heavy_first), "{heavy_first} of 300");
        assert!(ordered(Vec::new(), &Random::System).is_empty());
    }
}
