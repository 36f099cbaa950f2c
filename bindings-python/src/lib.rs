//! The native door of the Python package: operations by name with Python's own values. It knows no operation and no field; what
//! users see is generated from the core's description (`python/halkode/_api.py`).

mod convert;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use halkode::{HalkodeError, Json, Reading, Sent, guard, interruptible};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// Why a call came to nothing: this library's reason, or an exception of Python's own (a signal handler's, a mapping's).
enum Fault {
    Ours(HalkodeError),
    Host(PyErr),
}

type Outcome<T> = Result<T, Fault>;

impl From<HalkodeError> for Fault {
    fn from(error: HalkodeError) -> Self {
        Self::Ours(error)
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Host(error)
    }
}

/// Runs what touches Python values; a panic becomes an error of this library.
fn guarded<T>(sent: Sent, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    guard(sent, || Ok(work())).unwrap_or_else(|error| Err(Fault::Ours(error)))
}

/// Makes a client; without a configuration, from the environment.
fn open(gateway: &str, config: Option<Json>) -> Result<halkode::Client, HalkodeError> {
    match config {
        Some(config) => halkode::Client::new(gateway, config),
        None => halkode::Client::from_env(gateway),
    }
}

thread_local! {
    /// Whether a call is under way on this thread. Only a signal handler could begin another inside it, where it would wait for
    /// what the outer one holds.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Held during a call.
struct Busy;

impl Busy {
    fn enter() -> Result<Self, HalkodeError> {
        if BUSY.replace(true) {
            return Err(HalkodeError::request(
                "",
                "a signal handler cannot use a client while the thread it interrupted is within a call",
            ));
        }
        Ok(Self)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.set(false);
    }
}

#[pyclass(frozen, module = "halkode._native")]
struct Client(halkode::Client);

impl Client {
    /// Carries out a call without the GIL. Python's signal handlers run while it waits; when one raises, the waiting ends, and what
    /// it raised comes out of the call. A request on its way is never abandoned.
    fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&halkode::Client) -> Result<T, HalkodeError> + Send,
    ) -> Outcome<T> {
        let _busy = Busy::enter()?;
        let gateway = &self.0;
        let (result, raised) = py.detach(|| {
            let raised = Rc::new(RefCell::new(None));
            let heard = raised.clone();
            let stop = move || {
                let mut heard = heard.borrow_mut();
                if heard.is_none() {
                    *heard = Python::try_attach(|py| py.check_signals().err()).flatten();
                }
                heard.is_some()
            };
            let result = interruptible(stop, || guard(Sent::Unknown, || work(gateway)));
            (result, raised.take())
        });
        match (result, raised) {
            (Ok(reply), None) => Ok(reply),
            (Err(error), None) => Err(error.into()),
            (Ok(_), Some(raised)) => Err(raised.into()),
            (Err(error), Some(raised)) => {
                // What had become of the call, for whoever handles the interruption.
                raised.set_context(py, Some(exception(py, error.into(), "")));
                Err(raised.into())
            }
        }
    }
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (gateway, config=None, /))]
    fn new(py: Python<'_>, gateway: &str, config: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let opened = guarded(Sent::No, || {
            let config = config.map(convert::read).transpose()?;
            Ok(open(gateway, config)?)
        });
        opened.map(Self).map_err(|fault| exception(py, fault, ""))
    }

    #[pyo3(signature = (operation, request, /))]
    fn call<'py>(&self, py: Python<'py>, operation: &str, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        guarded(Sent::No, || convert::read(request))
            .and_then(|request| self.run(py, |gateway| gateway.call_value(operation, request, Reading::Exact)))
            .and_then(|reply| guarded(Sent::Unknown, || Ok(convert::write(py, reply)?)))
            .map_err(|fault| exception(py, fault, operation))
    }

    #[pyo3(signature = (operation, request, /))]
    fn call_json(&self, py: Python<'_>, operation: &str, request: &str) -> PyResult<String> {
        self.run(py, |gateway| gateway.call_json(operation, request)).map_err(|fault| exception(py, fault, operation))
    }

    /// A client holds keys and connections.
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a client cannot be pickled or copied: it holds keys; make one in each process (a fork may use its parent's)",
        ))
    }
}

/// The exception that tells of a fault; `operation` is named where the error does not name it.
fn exception(py: Python<'_>, fault: Fault, operation: &str) -> PyErr {
    let error = match fault {
        Fault::Host(error) => return error,
        Fault::Ours(error) => error,
    };
    let mut known = error.to_object();
    if known.get("operation").is_none() && !operation.is_empty() {
        known.set("operation", operation);
    }
    let made =
        convert::write(py, known.into()).and_then(|known| py.import("halkode._base")?.call_method1("error", (known,)));
    made.map_or_else(|error| error, PyErr::from_value)
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<Client>()
}
