//! What models look like at run time, for the generators of headers, schemas and stubs (feature `schema`).

/// What a field's value looks like.
#[derive(Clone)]
pub enum Shape {
    /// Text.
    Text,
    /// Text that is never shown.
    Secret,
    /// An exact decimal, written as text.
    Amount,
    /// A whole number of 64 bits.
    Integer,
    /// A whole number that is not negative, of 32 bits: how many of something.
    Count,
    /// True or false.
    Boolean,
    /// Any JSON object.
    Any,
    /// One word of a closed set.
    Choice(fn() -> ChoiceInfo),
    /// A list.
    List(Box<Shape>),
    /// May be left out.
    Optional(Box<Shape>),
    /// Another model.
    Model(fn() -> ModelInfo),
}

/// A request, a part of one, or a reply.
pub struct ModelInfo {
    /// The type's name.
    pub name: &'static str,
    /// `request`, `part`, `reply` or `result`.
    pub kind: &'static str,
    /// Its documentation.
    pub doc: String,
    /// Its fields in order.
    pub fields: Vec<FieldInfo>,
}

/// A field of a model.
pub struct FieldInfo {
    /// The name every language uses (each in its own case).
    pub name: &'static str,
    /// The name on the wire.
    pub wire: &'static str,
    /// Its documentation.
    pub doc: String,
    /// Its type.
    pub shape: Shape,
    /// Whether a caller must give it.
    pub required: bool,
}

/// A closed set of words.
pub struct ChoiceInfo {
    /// The type's name.
    pub name: &'static str,
    /// Its documentation.
    pub doc: String,
    /// Each word with its documentation.
    pub words: Vec<(&'static str, String)>,
    /// The name of each word in code, for instance `PreAuth`, where a language needs one that the word itself cannot be.
    pub names: Vec<&'static str>,
}

/// Doc comment lines as one text.
pub(crate) fn doc(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}
