//! The library as every generator of another language sees it: clients with their operations, and all models and words they use.

use std::collections::BTreeSet;
use std::fs;

use halkode::{ChoiceInfo, Config, Failure, FieldInfo, HalkbankConfig, Model, ModelInfo, OperationInfo, Shape};

use crate::generate::root;

/// Everything a binding shows.
pub struct Api {
    /// The client types, one per gateway.
    pub clients: Vec<Client>,
    /// Requests, parts, replies and results: each once, those used by others before them.
    pub models: Vec<ModelInfo>,
    /// Closed sets of words, each once.
    pub choices: Vec<ChoiceInfo>,
    /// What every error tells beside its kind.
    pub failure: ModelInfo,
    /// The kinds of errors with what they mean.
    pub kinds: Vec<(String, String)>,
}

/// A client type.
pub struct Client {
    /// Its name, the same in every language.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What it is made of.
    pub config: ModelInfo,
    /// What it can do.
    pub operations: Vec<OperationInfo>,
}

/// The library as it is now.
pub fn api() -> Api {
    let clients = vec![
        Client {
            name: "Halkode",
            doc: "A client of HALKÖDE. It may be used from many threads and on both sides of a fork.",
            config: Config::info(),
            operations: halkode::Halkode::operations(),
        },
        Client {
            name: "Halkbank",
            doc: "A client of Halkbank Sanal POS (NestPay). It may be used from many threads and on both sides of a fork.",
            config: HalkbankConfig::info(),
            operations: halkode::Halkbank::operations(),
        },
    ];
    let mut api =
        Api { clients: Vec::new(), models: Vec::new(), choices: Vec::new(), failure: Failure::info(), kinds: kinds() };
    let mut seen = BTreeSet::new();
    for operation in clients.iter().flat_map(|client| &client.operations) {
        api.collect((operation.request)(), &mut seen);
        api.collect((operation.reply)(), &mut seen);
    }
    for model in clients.iter().map(|client| &client.config).chain([&Failure::info()]) {
        api.collect_parts(model, &mut seen);
    }
    api.clients = clients;
    api
}

impl Api {
    /// The model of this name.
    pub fn model(&self, name: &str) -> &ModelInfo {
        self.models.iter().find(|model| model.name == name).unwrap_or_else(|| panic!("there is no model {name}"))
    }

    fn collect(&mut self, model: ModelInfo, seen: &mut BTreeSet<&'static str>) {
        if seen.insert(model.name) {
            self.collect_parts(&model, seen);
            self.models.push(model);
        }
    }

    fn collect_parts(&mut self, model: &ModelInfo, seen: &mut BTreeSet<&'static str>) {
        for field in &model.fields {
            match bare(&field.shape) {
                Shape::Model(part) => self.collect(part(), seen),
                Shape::Choice(choice) => {
                    let choice = choice();
                    if seen.insert(choice.name) {
                        self.choices.push(choice);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The shape inside lists and options.
pub fn bare(shape: &Shape) -> &Shape {
    match shape {
        Shape::List(of) | Shape::Optional(of) => bare(of),
        other => other,
    }
}

/// Whether a model comes from a caller, and is read strictly.
pub fn is_strict(model: &ModelInfo) -> bool {
    matches!(model.kind, "request" | "part")
}

/// A model's fields with the required ones first, as languages with positional or defaulted parameters want them.
pub fn required_first(model: &ModelInfo) -> impl Iterator<Item = &FieldInfo> {
    let required = |wanted| model.fields.iter().filter(move |field| field.required == wanted);
    required(true).chain(required(false))
}

/// `check_status` as `checkStatus`.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |so_far, word| so_far + &capital(word))
}

/// `declined` as `Declined`.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Words in lines of at most `width` characters, each with a prefix; paragraphs stay apart.
pub fn wrapped(text: &str, prefix: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        if !lines.is_empty() {
            lines.push(prefix.trim_end().to_owned());
        }
        let mut line = prefix.to_owned();
        for word in paragraph.split_whitespace() {
            let empty = line.len() == prefix.len();
            if !empty && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::replace(&mut line, format!("{prefix}{word}")));
            } else {
                line.push_str(if empty { "" } else { " " });
                line.push_str(word);
            }
        }
        lines.push(line);
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The kinds of errors with their documentation, from the core's own definition.
fn kinds() -> Vec<(String, String)> {
    let source = fs::read_to_string(root().join("core/src/error.rs")).expect("the core's errors");
    let (_, body) = source.split_once("pub enum HalkodeError {\n").expect("the enum of the kinds");
    let (body, _) = body.split_once("\n}").expect("its end");
    let mut kinds = Vec::new();
    let mut doc = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            doc.push(text);
        } else if let Some((variant, "Failure),")) = line.replace("Box<Failure>", "Failure").split_once('(') {
            kinds.push((variant.to_lowercase(), doc.join(" ")));
            doc.clear();
        } else {
            panic!("cannot read this line of HalkodeError: {line}");
        }
    }
    kinds
}
