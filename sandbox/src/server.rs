//! Connections: accepting them, reading requests whole, letting faults happen to them, and sending answers.
//!
//! The accept loop is our own because some faults are about the connection itself (reset, cut, refused).

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::fault::Fault;
use crate::http::{Answer, Call};
use crate::pages;
use crate::world::App;

/// Longer requests are refused.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// The body of [`Fault::Huge`].
const HUGE: usize = 64 * 1024 * 1024;

/// Accepts connections for as long as it is polled.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    loop {
        let tcp = match listener.accept().await {
            Ok((tcp, _)) => tcp,
            // A client that gave up in between, or too many open files, which take a moment to become fewer.
            Err(error) => {
                eprintln!("halkode-sandbox: accept: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if app.state().faults.refuses_connection() {
            continue;
        }
        if let Err(error) = tcp.set_nodelay(true) {
            eprintln!("halkode-sandbox: nodelay: {error}");
        }
        let switch = Arc::new(Switch::default());
        let wire = Wire { tcp, switch: switch.clone() };
        let (app, tls) = (app.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(wire, app, switch).await,
                Some(tls) => match tls.accept(wire).await {
                    Ok(stream) => connection(stream, app, switch).await,
                    // A client that does not trust the throw-away authority, mostly; it tells its own user.
                    Err(error) => app.note(format!("TLS: {error}")),
                },
            }
        });
    }
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin>(stream: S, app: Arc<App>, switch: Arc<Switch>) {
    let service = service_fn(|request| exchange(app.clone(), switch.clone(), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // An error here is the client going away, or a fault cutting the answer: nothing is left to be told to anybody.
        _ = connection => {}
        () = switch.killed.notified() => {}
    }
}

/// Tells a connection to end with a TCP reset.
#[derive(Default)]
struct Switch {
    reset: AtomicBool,
    killed: Notify,
}

impl Switch {
    /// Resets the connection; the request it carried is never answered.
    async fn reset(&self) -> ! {
        self.reset.store(true, Ordering::Release);
        self.killed.notify_one();
        std::future::pending().await
    }
}

/// A socket that closes with a reset when its switch says so.
struct Wire {
    tcp: TcpStream,
    switch: Arc<Switch>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.switch.reset.load(Ordering::Acquire)
            && let Err(error) = self.tcp.set_zero_linger()
        {
            eprintln!("halkode-sandbox: reset: {error}");
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buffer)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

/// Reads a request, lets its fault happen, and answers it.
async fn exchange(
    app: Arc<App>,
    switch: Arc<Switch>,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Infallible> {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let mut call = Call {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: Vec::new(),
    };
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => call.body = body.to_bytes().to_vec(),
        Err(_) => return Ok(respond(pages::error_page(413, "Request Entity Too Large"))),
    }
    if call.path == "/sandbox/webhooks" {
        app.hooks_idle().await;
    }
    let fault = if call.is_for_a_bank() { app.state().faults.for_path(&call.path) } else { None };
    let carried_out = fault.as_ref().is_none_or(Fault::carries_out);
    let mut answer = carried_out.then(|| app.handle(&call, fault.as_ref()));
    let fault = answer.as_mut().and_then(|answer| answer.fault.take()).or(fault);
    let sent = happen(fault.as_ref(), answer, &call, &app.base);
    app.record(&call, sent.answer(), fault.as_ref(), started.elapsed());
    if let Some(Fault::Delay(milliseconds)) = fault {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    Ok(match sent {
        Sent::Whole(answer) => respond(answer),
        Sent::Cut(answer) => cut(answer),
        Sent::Never => std::future::pending().await,
        Sent::Reset => switch.reset().await,
        Sent::Huge => {
            let mut response = Response::new(Payload::Blank(HUGE));
            response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
            response
        }
    })
}

/// What goes onto the wire.
enum Sent {
    Whole(Answer),
    /// The first half only.
    Cut(Answer),
    Never,
    Reset,
    Huge,
}

impl Sent {
    fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Whole(answer) | Self::Cut(answer) => Some(answer),
            Self::Never | Self::Reset | Self::Huge => None,
        }
    }
}

/// What a fault makes of an answer; of none, where the operation was not carried out.
fn happen(fault: Option<&Fault>, answer: Option<Answer>, call: &Call, base: &str) -> Sent {
    let page = |status, text: &str| Sent::Whole(pages::error_page(status, text));
    let halkbank = call.is_for_halkbank();
    let kind = if halkbank { "text/xml;charset=ISO-8859-9" } else { "application/json" };
    let body = |body: Vec<u8>| Answer::new(200, kind, body);
    let success: &[u8] = match halkbank {
        true => b"<?xml version=\"1.0\" encoding=\"ISO-8859-9\"?>\n<CC5Response>\n  <Response>Approved</Response>\n</CC5Response>\n",
        false => br#"{"status_code":100,"status_description":"Payment process successful"}"#,
    };
    let genuine = answer.unwrap_or_else(|| body(success.to_vec()));
    match fault {
        None | Some(Fault::Delay(_) | Fault::WrongHash | Fault::WrongAmount) => Sent::Whole(genuine),
        Some(Fault::Cut | Fault::DoneCut) => Sent::Cut(genuine),
        Some(Fault::Hang) => Sent::Never,
        Some(Fault::Reset | Fault::DoneNoAnswer | Fault::Refuse) => Sent::Reset,
        Some(Fault::Huge) => Sent::Huge,
        Some(Fault::Garbage) => Sent::Whole(body((0..=255).rev().cycle().take(700).collect())),
        Some(Fault::Empty) => Sent::Whole(body(Vec::new())),
        Some(Fault::Html) => {
            Sent::Whole(Answer { status: 200, ..pages::error_page(500, "Whoops, looks like something went wrong.") })
        }
        Some(Fault::Redirect) => Sent::Whole(
            Answer::new(302, "text/html; charset=UTF-8", "")
                .with_header("location", format!("{base}/{}/moved", if halkbank { "fim" } else { "ccpayment" })),
        ),
        Some(Fault::Status(401)) if halkbank => page(401, "Unauthorized"),
        Some(Fault::Status(401)) => Sent::Whole(crate::halkode::unauthenticated()),
        Some(Fault::Status(429)) => {
            Sent::Whole(pages::error_page(429, "Too Many Requests").with_header("retry-after", "3"))
        }
        Some(Fault::Status(503)) => {
            Sent::Whole(pages::error_page(503, "Service Unavailable").with_header("retry-after", "3"))
        }
        Some(Fault::Status(502)) => page(502, "Bad Gateway"),
        Some(Fault::Status(_) | Fault::Done500) => page(500, "Internal Server Error"),
    }
}

fn respond(answer: Answer) -> Response<Payload> {
    let length = answer.body.len();
    build(answer, length, |body| Payload::Whole(Some(body.into())))
}

/// An answer whose head promises everything and whose body stops in the middle.
fn cut(answer: Answer) -> Response<Payload> {
    let length = answer.body.len().max(2);
    build(answer, length, |mut body| {
        body.truncate(length / 2);
        Payload::Cut { part: Some(body.into()), flushed: false }
    })
}

fn build(answer: Answer, length: usize, payload: impl FnOnce(Vec<u8>) -> Payload) -> Response<Payload> {
    let mut response =
        Response::builder().status(answer.status).header("content-length", length).header("cache-control", "no-store");
    if !answer.content_type.is_empty() {
        response = response.header("content-type", &answer.content_type);
    }
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    // Only a header with a line break in it could fail here, for instance a return_url that smuggles one.
    response.body(payload(answer.body)).unwrap_or_else(|error| {
        let mut broken = Response::new(Payload::Whole(Some(format!("halkode-sandbox: {error}\n").into())));
        *broken.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}

/// The body of an answer.
enum Payload {
    Whole(Option<Bytes>),
    /// A part that is flushed, then an error that closes the connection.
    Cut {
        part: Option<Bytes>,
        flushed: bool,
    },
    /// So many blanks.
    Blank(usize),
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        const BLANKS: &[u8] = &[b' '; 64 * 1024];
        match &mut *self {
            Self::Whole(body) => {
                Poll::Ready(body.take().filter(|body| !body.is_empty()).map(|body| Ok(Frame::data(body))))
            }
            Self::Cut { part: part @ Some(_), .. } => Poll::Ready(part.take().map(|part| Ok(Frame::data(part)))),
            Self::Cut { flushed, .. } => {
                // Once pending lets the connection flush what it has before the error ends it.
                if !std::mem::replace(flushed, true) {
                    cx.waker().wake_by_ref();
                    ready!(Poll::<()>::Pending);
                }
                Poll::Ready(Some(Err(io::Error::other("cut"))))
            }
            Self::Blank(0) => Poll::Ready(None),
            Self::Blank(left) => {
                let part = BLANKS.len().min(*left);
                *left -= part;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&BLANKS[..part])))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            _ => SizeHint::default(),
        }
    }
}
