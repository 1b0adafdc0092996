//! Just enough HTTP/1.1 for a Runtime API and a few AWS services on loopback: blocking, one thread a connection, so that
//! a measured moment is not spent in somebody's executor. No TLS, no pipelining, bodies up to a few megabytes.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

const MAX_BODY: usize = 8 * 1024 * 1024;

/// A request, wholly read.
pub struct Request {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// An answer; `Content-Length` is added.
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self { status, headers: vec![("content-type", "application/json".to_owned())], body: body.to_string().into() }
    }

    /// One buffer, so that the answer leaves in one segment.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", self.status, self.body.len()).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Answers requests; called on the connection's thread. `None` keeps the caller waiting for ever, as the Runtime API does
/// when there is nothing to do.
pub trait Handler: Send + Sync + 'static {
    /// The answer, or none for ever.
    fn handle(&self, request: Request) -> Option<Response>;
}

/// Serves `handler` on a loopback port until the process ends.
///
/// # Errors
/// When there is no free port.
pub fn serve(handler: Arc<dyn Handler>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = handler.clone();
            // A client that is killed in the middle of a request is the normal end of a measurement.
            thread::spawn(move || drop(connection(&stream, &*handler)));
        }
    });
    Ok(address)
}

fn connection(stream: &TcpStream, handler: &dyn Handler) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader)? {
        match handler.handle(request) {
            Some(response) => (&*stream).write_all(&response.to_bytes())?,
            // Read until the other side is gone, which ends this thread.
            None => drop(reader.read_line(&mut String::new())?),
        }
    }
    Ok(())
}

/// The next request, or `None` when the client has closed the connection.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(io::Error::other("not a request line"));
    };
    let (method, path) = (method.to_owned(), path.to_owned());
    let headers = read_headers(reader)?;
    let mut request = Request { method, path, headers, body: Vec::new() };
    request.body = match request.header("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) => read_exactly(reader, length)?,
        Some(Err(_)) => return Err(io::Error::other("not a length")),
        None if request.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) => {
            read_chunks(reader)?
        }
        None => Vec::new(),
    };
    Ok(Some(request))
}

fn read_headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => return Ok(headers),
        }
    }
}

fn read_exactly(reader: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    if length > MAX_BODY {
        return Err(io::Error::other("body too large"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        body.extend(read_exactly(reader, length)?);
        // The line end after each chunk, and the empty line after the last.
        reader.read_line(&mut String::new())?;
        if length == 0 {
            return Ok(body);
        }
        if body.len() > MAX_BODY {
            return Err(io::Error::other("body too large"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Request {
        read_request(&mut text.as_bytes()).expect("readable").expect("a request")
    }

    #[test]
    fn a_body_with_a_length_is_read_to_its_end_and_no_further() {
        let request = read("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcdef");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/a?b=c"));
        assert_eq!(request.header("host"), Some("x"));
        assert_eq!(request.body, b"abc");
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let request = read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assert_eq!(request.body, b"abcde");
    }

    #[test]
    fn a_length_beyond_reason_is_refused_before_it_is_allocated() {
        let text = "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n";
        assert!(read_request(&mut text.as_bytes()).is_err());
    }
}
