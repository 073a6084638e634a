//! A web server for the tests of `CURL`, one for the whole process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;

static ADDRESS: OnceLock<String> = OnceLock::new();

/// Its address, `http://127.0.0.1:…`; the first call starts it.
pub(crate) fn address() -> &'static str {
    ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                std::thread::spawn(move || serve(&connection));
            }
        });
        format!("http://{address}")
    })
}

struct Request {
    method: String,
    path: String,
    headers: Vec<String>,
    body: String,
}

fn serve(connection: &TcpStream) {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read(&mut reader) {
        let Some((head, body)) = answer(&request) else {
            // The client is the one that gives up.
            let _ = reader.read(&mut [0]);
            return;
        };
        let mut connection = connection;
        let _ = write!(connection, "HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
        let _ = connection.write_all(&body);
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<String> = std::iter::from_fn(|| line().filter(|line| !line.is_empty())).collect();
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body: String::from_utf8(body).unwrap() })
}

/// The head behind the version and the body; `None` never answers.
fn answer(request: &Request) -> Option<(&'static str, Vec<u8>)> {
    Some(match &*request.path {
        "/slow" => return None,
        "/headers" => {
            let mut shown: Vec<&str> = request.headers.iter().map(String::as_str).collect();
            shown.retain(|header| !header.starts_with("host:") && !header.starts_with("accept:"));
            shown.sort_unstable();
            ("200 OK", shown.join("\n").into_bytes())
        }
        "/redirect" => ("302 Found\r\nLocation: /hello", Vec::new()),
        "/row" => ("200 OK", b"a=1%2C5&b+c=x+y\n".to_vec()),
        "/latin1" => ("200 OK\r\nContent-Type: text/plain; charset=iso-8859-1", vec![0xe4]),
        "/missing" => ("404 Not Found", b"no such page".to_vec()),
        "/long" => ("200 OK", vec![b'x'; 70_000]),
        path => ("200 OK", format!("{} {path} {}", request.method, request.body).into_bytes()),
    })
}
