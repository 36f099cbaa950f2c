//! Python's values into JSON and back, without a float on the way.

use halkode::{HalkodeError, Json, Object};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyMemoryView, PySequence, PyString,
    PyTuple,
};

use crate::Outcome;

/// How deep values may nest, as in the core's own JSON. A list that contains itself ends here.
const MAX_DEPTH: usize = 64;
/// Beyond so many places before or behind the point a decimal is no amount, and its plain notation would fill the memory.
const MAX_PLACES: i64 = 60;

/// A value of the caller's as JSON.
pub(crate) fn read(value: &Bound<'_, PyAny>) -> Outcome<Json> {
    Reader { path: String::new(), depth: 0 }.value(value)
}

/// Knows where it is, so that a refusal names the field.
struct Reader {
    path: String,
    depth: usize,
}

impl Reader {
    fn wrong<T>(&self, reason: impl Into<String>) -> Outcome<T> {
        Err(HalkodeError::request(self.path.clone(), reason).into())
    }

    fn value(&mut self, value: &Bound<'_, PyAny>) -> Outcome<Json> {
        if value.is_none() {
            Ok(Json::Null)
        } else if let Ok(text) = value.cast::<PyString>() {
            match text.to_str() {
                Ok(text) => Ok(text.into()),
                Err(_) => self.wrong("is not valid Unicode text"),
            }
        } else if let Ok(flag) = value.cast::<PyBool>() {
            Ok(flag.is_true().into())
        } else if value.is_instance_of::<PyInt>() {
            match value.extract::<i128>() {
                Ok(number) => Ok(Json::Number(number.to_string())),
                Err(_) => self.wrong("must be a whole number in range"),
            }
        } else if value.is_instance_of::<PyFloat>() {
            self.wrong(
                "is a number with a fraction held as a float, which is not exact; write amounts as Decimal(\"12.50\") or \
                 \"12.50\", counts as int",
            )
        } else if let Some(names) = value.get_type().getattr_opt("__halkode__")? {
            self.within(|this| this.model(value, &names))
        } else if let Ok(dict) = value.cast_exact::<PyDict>() {
            self.within(|this| this.members(dict.iter().map(Ok)))
        } else if let Ok(list) = value.cast::<PyList>() {
            self.within(|this| this.items(list.iter().map(Ok)))
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.within(|this| this.items(tuple.iter().map(Ok)))
        } else if let Ok(mapping) = value.cast::<PyMapping>() {
            // By its own items(), also a subclass of dict: Django's QueryDict keeps lists below what it shows.
            let items = mapping.items()?;
            self.within(|this| this.members(items.iter().map(|item| item.extract())))
        } else if let Some(number) = self.decimal(value)? {
            Ok(number)
        } else if let Some(sequence) = value.cast::<PySequence>().ok().filter(|_| !is_bytes(value)) {
            self.within(|this| this.items(sequence.try_iter()?))
        } else {
            let name = value.get_type().name()?;
            self.wrong(format!("cannot be sent: it is of the type {}", name.to_string_lossy()))
        }
    }

    fn within(&mut self, read: impl FnOnce(&mut Self) -> Outcome<Json>) -> Outcome<Json> {
        if self.depth == MAX_DEPTH {
            return self.wrong(format!("is nested more than {MAX_DEPTH} levels deep"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Reads a value that stands at `step` below this one. Only a success goes on from here, so only that needs the path back.
    fn at(&mut self, step: &str, value: &Bound<'_, PyAny>) -> Outcome<Json> {
        let here = self.path.len();
        self.path.push_str(step);
        let json = self.value(value)?;
        self.path.truncate(here);
        Ok(json)
    }

    fn member(&mut self, object: &mut Object, name: &str, value: &Bound<'_, PyAny>) -> Outcome<()> {
        // A name is the caller's: what could be a card number is not repeated.
        let digits = name.bytes().filter(u8::is_ascii_digit).count();
        let shown = if digits < 8 && name.len() <= 60 { name } else { "…" };
        let step = if self.path.is_empty() { shown.to_owned() } else { format!(".{shown}") };
        let json = self.at(&step, value)?;
        object.set(name, json);
        Ok(())
    }

    fn members<'py>(
        &mut self,
        members: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    ) -> Outcome<Json> {
        let mut object = Object::new();
        for member in members {
            let (name, value) = member?;
            let Some(name) = name.cast::<PyString>().ok().and_then(|name| name.to_str().ok()) else {
                return self.wrong("has a name that is not text");
            };
            self.member(&mut object, name, &value)?;
        }
        Ok(object.into())
    }

    /// An object of this package, by the names of its fields.
    fn model(&mut self, model: &Bound<'_, PyAny>, names: &Bound<'_, PyAny>) -> Outcome<Json> {
        let mut object = Object::new();
        for name in names.try_iter()? {
            let name = name?.cast_into::<PyString>().map_err(PyErr::from)?;
            let value = model.getattr(&name)?;
            if !value.is_none() {
                // A name that is a word of Python's own carries an underscore there.
                self.member(&mut object, name.to_str()?.trim_end_matches('_'), &value)?;
            }
        }
        Ok(object.into())
    }

    fn items<'py>(&mut self, items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>) -> Outcome<Json> {
        let read = items.enumerate().map(|(at, item)| self.at(&format!("[{at}]"), &item?));
        Ok(Json::List(read.collect::<Outcome<Vec<_>>>()?))
    }

    /// An exact decimal in plain notation; nothing when it is something else.
    fn decimal(&self, value: &Bound<'_, PyAny>) -> Outcome<Option<Json>> {
        let class = value.py().import("decimal")?.getattr("Decimal")?;
        if !value.is_instance(&class)? {
            return Ok(None);
        }
        if !class.call_method1("is_finite", (value,))?.is_truthy()? {
            return self.wrong("is not a finite number");
        }
        if class.call_method1("adjusted", (value,))?.extract::<i64>()?.abs() > MAX_PLACES {
            return self.wrong("has more digits than an amount can have");
        }
        let plain = class.call_method1("__format__", (value, "f"))?;
        Ok(Some(Json::Number(plain.extract()?)))
    }
}

/// Sequences to Python, but no lists to anybody else.
fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() || value.is_instance_of::<PyMemoryView>()
}

/// A reply in Python's own values: dict, list, str, int, bool, None.
pub(crate) fn write(py: Python<'_>, json: Json) -> PyResult<Bound<'_, PyAny>> {
    Ok(match json {
        Json::Null => py.None().into_bound(py),
        Json::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        // The core hands out whole numbers alone; any other is text already.
        Json::Number(text) => match text.parse::<i64>() {
            Ok(number) => number.into_pyobject(py)?.into_any(),
            Err(_) => PyString::new(py, &text).into_any(),
        },
        Json::Text(text) => PyString::new(py, &text).into_any(),
        Json::Secret(secret) => PyString::new(py, secret.expose()).into_any(),
        Json::List(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(write(py, item)?)?;
            }
            list.into_any()
        }
        Json::Object(members) => {
            let dict = PyDict::new(py);
            for (name, value) in members {
                dict.set_item(name, write(py, value)?)?;
            }
            dict.into_any()
        }
    })
}
