//! Writes the typed classes of the Kotlin binding: requests and replies, words, the exceptions, and a class per client.

use std::collections::{BTreeMap, BTreeSet};

use halkode::{ChoiceInfo, FieldInfo, Kind, ModelInfo, OperationInfo, Shape};

use crate::api::{Api, Client, bare, camel, capital, is_strict, required_first, wrapped};

const FOLDER: &str = "bindings-kotlin/src/generated/kotlin/io/github/halkode";
const WIDTH: usize = 120;

/// Words that Kotlin keeps for itself everywhere.
const KEYWORDS: &str = "as break class continue do else false for fun if in interface is null object package return super this throw \
    true try typealias typeof val var when while";

/// Words that Java keeps for itself and Kotlin does not: a method of such a name could not be called from Java.
const JAVA_KEYWORDS: &str = "abstract assert boolean byte case catch char const default double enum extends final finally float goto \
    implements import instanceof int long native new private protected public short static strictfp switch synchronized throws \
    transient void volatile";

/// Members of every exception that a property must not hide.
const THROWABLE: &[&str] = &["message", "cause", "stackTrace", "suppressed", "localizedMessage", "failure"];

/// The generated files, each with its path from the root of the project.
pub fn files(api: &Api) -> Vec<(&'static str, String)> {
    let kotlin = Kotlin::new(api);
    let path = |name: &str| -> &'static str { format!("{FOLDER}/{name}.kt").leak() };
    let configs = api.clients.iter().map(|client| &client.config);
    let requests = configs.chain(api.models.iter().filter(|model| is_strict(model)));
    let replies = api.models.iter().filter(|model| !is_strict(model)).chain([&api.failure]);
    let mut files = vec![
        (path("Words"), file(&[], api.choices.iter().map(|choice| kotlin.choice(choice, &users(api, choice))))),
        (path("Requests"), file(&["java.math.BigDecimal"], requests.map(|model| kotlin.model(model)))),
        (path("Replies"), file(&["java.math.BigDecimal"], replies.map(|model| kotlin.model(model)))),
        (path("Version"), file(&[], [version()].into_iter())),
        (path("HalkodeException"), file(&[], [kotlin.exceptions(api)].into_iter())),
    ];
    for client in &api.clients {
        files.push((
            path(client.name),
            file(&["java.util.concurrent.CancellationException"], [kotlin.client(client)].into_iter()),
        ));
    }
    files
}

/// What documentation may speak of by the core's names, which Kotlin spells otherwise.
struct Kotlin {
    /// Operations, each with the fields of its reply; of those that two clients have under one name, with the fields of both.
    operations: BTreeMap<&'static str, Names>,
    /// The fields of every failure.
    failure: Names,
}

type Names = BTreeSet<&'static str>;

impl Kotlin {
    fn new(api: &Api) -> Self {
        let mut operations: BTreeMap<_, Names> = BTreeMap::new();
        for operation in api.clients.iter().flat_map(|client| &client.operations) {
            operations.entry(operation.name).or_default().extend(names(&(operation.reply)()));
        }
        Self { operations, failure: names(&api.failure) }
    }

    /// A documentation comment; `own` are the fields of what it is about.
    fn doc(&self, text: &str, own: &Names, indent: &str) -> String {
        assert!(!text.contains("*/") && !text.contains("/*"), "would end the comment: {text}");
        let spelled = self.spelled(text, own);
        let line = format!("{indent}/** {} */\n", spelled.split_whitespace().collect::<Vec<_>>().join(" "));
        if line.chars().count() <= WIDTH && !spelled.contains("\n\n") {
            return line;
        }
        format!("{indent}/**\n{}{indent} */\n", wrapped(&spelled, &format!("{indent} * "), WIDTH))
    }

    /// Operations, and fields that are meant as properties, as Kotlin spells them. Other names between backquotes are the gateway's own, or
    /// values.
    fn spelled(&self, text: &str, own: &Names) -> String {
        let parts: Vec<&str> = text.split('`').collect();
        let mentioned = parts.iter().filter_map(|part| self.operations.get(part)).flatten();
        let fields: Names = own.iter().chain(mentioned).copied().collect();
        let mut spelled = String::new();
        for (at, part) in parts.iter().enumerate() {
            let is_code = at % 2 == 1;
            let is_example = is_code && parts[at - 1].ends_with("for instance ");
            let is_name = self.operations.contains_key(part) || fields.contains(part);
            spelled += &match is_code {
                true if is_name && !is_example => format!("`{}`", camel(part)),
                true => format!("`{part}`"),
                false => (*part).to_owned(),
            };
        }
        spelled
    }

    /// The fields of a model, and those of the failures its documentation may speak of.
    fn properties(&self, model: &ModelInfo) -> Names {
        names(model).union(&self.failure).copied().collect()
    }

    fn choice(&self, choice: &ChoiceInfo, own: &Names) -> String {
        let words: String = choice
            .words
            .iter()
            .zip(&choice.names)
            .map(|((word, doc), name)| format!("{}    {}(\"{word}\"),\n", self.doc(doc, own, "    "), constant(name)))
            .collect();
        format!(
            "{}public enum class {}(override val word: String) : Word {{\n{words}    ;\n\n    /** The word itself. */\n    \
             override fun toString(): String = word\n}}\n",
            self.doc(&choice.doc, own, ""),
            choice.name
        )
    }

    fn model(&self, model: &ModelInfo) -> String {
        let (name, own) = (model.name, self.properties(model));
        let doc = self.doc(&model.doc, &own, "");
        // An exception may be serialised, and then what it carries must be too.
        let parents = if name == "Failure" { "Model, java.io.Serializable" } else { "Model" };
        let strict = is_strict(model);
        if model.fields.is_empty() {
            return format!(
                "{doc}public class {name} : {parents} {{\n    override fun toJson(): Json.Object = Writer().toJson()\n\n    \
                 override fun equals(other: Any?): Boolean = other is {name}\n\n    \
                 override fun hashCode(): Int = 0\n\n    override fun toString(): String = \"{name}()\"\n\n{}}}\n",
                companion(name, strict, "")
            );
        }
        let fields: Vec<&FieldInfo> = required_first(model).collect();
        let parameters: String = fields
            .iter()
            .map(|field| {
                let default = if field.required { "" } else { default(&field.shape) };
                let (doc, name) = (self.doc(&field.doc, &own, "    "), property(field.name));
                format!("{doc}    public val {name}: {}{default},\n", kotlin_type(&field.shape))
            })
            .collect();
        let puts: String = model
            .fields
            .iter()
            .map(|field| {
                format!("        .put(\"{}\", {}, {})\n", field.name, codec(&field.shape), property(field.name))
            })
            .collect();
        let gets: String = fields
            .iter()
            .map(|field| {
                let get = if field.required { "required" } else { "optional" };
                let otherwise = if field.required { "" } else { otherwise(&field.shape) };
                let property = property(field.name);
                format!("                {property} = {get}(\"{}\", {}){otherwise},\n", field.name, codec(&field.shape))
            })
            .collect();
        let overloads =
            if strict && fields.iter().any(|field| !field.required) { " @JvmOverloads constructor" } else { "" };
        format!(
            "{doc}public data class {name}{overloads}(\n{parameters}) : {parents} {{\n    \
             override fun toJson(): Json.Object = Writer()\n{puts}        .toJson()\n\n{}}}\n",
            companion(name, strict, &gets)
        )
    }

    fn exceptions(&self, api: &Api) -> String {
        let properties: String = api
            .failure
            .fields
            .iter()
            .map(|field| {
                let property = property(field.name);
                assert!(!THROWABLE.contains(&property.as_str()), "{property} is a name of Throwable");
                let shape = kotlin_type(&field.shape);
                let doc = self.doc(&field.doc, &self.failure, "    ");
                format!("{doc}    public val {property}: {shape} get() = failure.{property}\n\n")
            })
            .collect();
        let classes: String = api
            .kinds
            .iter()
            .map(|(kind, doc)| {
                let doc = self.doc(doc, &self.failure, "    ");
                format!(
                    "{doc}    public class {}(failure: Failure) : HalkodeException(\"{kind}\", failure)\n\n",
                    capital(kind)
                )
            })
            .collect();
        let arms: String = api
            .kinds
            .iter()
            .map(|(kind, _)| format!("            \"{kind}\" -> {}(failure)\n", capital(kind)))
            .collect();
        format!(
            "/**\n * Why a call failed. `message` is the sentence in [reason]; what to do is decided by [inDoubt]: when it is true, money may\n \
             * have moved, and the call must not be repeated.\n */\npublic sealed class HalkodeException(\n    \
             /** The kind as one word, for logs; in code, ask for the class. */\n    public val kind: String,\n    \
             /** Everything that is known of the failure. */\n    public val failure: Failure,\n) : Exception(failure.reason) {{\n\
             {properties}{classes}    internal companion object {{\n        \
             fun of(kind: String, failure: Failure): HalkodeException = when (kind) {{\n{arms}            \
             else -> Internal(failure)\n        }}\n    }}\n}}\n"
        )
    }

    fn client(&self, client: &Client) -> String {
        let (name, config) = (client.name, client.config.name);
        let doc = format!(
            "{}\n\nClose it when it is no longer needed; calls that are on their way are finished first. Calls block; each has a \
             version that suspends, on `Dispatchers.IO`, and see [Client] for how calls end early.",
            client.doc
        );
        let operations: String = client.operations.iter().map(|operation| self.operation(operation)).collect();
        format!(
            "{}public class {name} private constructor(config: Json.Object?) : Client(\"{name}\", config) {{\n    \
             /** Makes a client; nothing is sent. */\n    @Throws(HalkodeException::class)\n    \
             public constructor(config: {config}) : this(config.toJson())\n\n{operations}    \
             public companion object {{\n        \
             /** Makes a client from the environment's variables `{}_…`; nothing is sent. */\n        \
             @JvmStatic\n        @Throws(HalkodeException::class)\n        public fun fromEnv(): {name} = {name}(null)\n\n        \
             /** Makes a client from a configuration in JSON, its members named as the core does; nothing is sent. */\n        \
             @JvmStatic\n        @Throws(HalkodeException::class)\n        \
             public fun fromJson(config: Json.Object): {name} = {name}(config)\n    }}\n}}\n",
            self.doc(&doc, &Names::new(), ""),
            name.to_uppercase(),
        )
    }

    fn operation(&self, operation: &OperationInfo) -> String {
        let request = (operation.request)();
        let reply = (operation.reply)();
        let kind = match operation.kind {
            // Its own words say so.
            Kind::Pure => "",
            Kind::Query => "\n\nOnly asks: tried again by itself when the way to the gateway fails.",
            Kind::Money => "\n\nMay move money or change what is stored: never sent twice.",
        };
        let doc = self.doc(&format!("{}{kind}", operation.doc), &self.properties(&reply), "    ");
        let (name, word, reply) = (property(operation.name), operation.name, reply.name);
        let is_java = JAVA_KEYWORDS.split(' ').any(|keyword| keyword == name);
        let for_java = if is_java { format!("    @JvmName(\"{name}_\")\n") } else { String::new() };
        let optional = request.fields.iter().all(|field| !field.required);
        let overloads = if optional { "    @JvmOverloads\n" } else { "" };
        let default = if optional { format!(" = {}()", request.name) } else { String::new() };
        let parameter = format!("request: {}{default}", request.name);
        let call = |how: &str| format!("{how}(\"{word}\", request, {reply}.codec)");
        let method = |modifiers: &str, suffix: &str, how: &str| {
            // Only the bare name is a keyword.
            let for_java = if suffix.is_empty() { for_java.as_str() } else { "" };
            format!(
                "{for_java}{overloads}    @Throws(HalkodeException::class{})\n    public {modifiers}fun {name}{suffix}({parameter}): {reply} =\n        \
                 {}\n\n",
                if modifiers.is_empty() { "" } else { ", CancellationException::class" },
                call(how)
            )
        };
        let suspending = self.doc(&format!("[{name}], suspending."), &Names::new(), "    ");
        format!("{doc}{}{suspending}{}", method("", "", "typed"), method("suspend ", "Async", "typedAsync"))
    }
}

fn names(model: &ModelInfo) -> Names {
    model.fields.iter().map(|field| field.name).collect()
}

/// The fields of the models in which a word stands: what its documentation speaks of.
fn users(api: &Api, choice: &ChoiceInfo) -> Names {
    let uses = |field: &FieldInfo| matches!(bare(&field.shape), Shape::Choice(used) if used().name == choice.name);
    let models = api.models.iter().chain(api.clients.iter().map(|client| &client.config));
    models.filter(|model| model.fields.iter().any(uses)).flat_map(names).collect()
}

/// The release of the classes, which the native library's must be.
fn version() -> String {
    format!("internal const val VERSION = \"{}\"\n", env!("CARGO_PKG_VERSION"))
}

fn file(imports: &[&str], parts: impl Iterator<Item = String>) -> String {
    let imports: String = imports.iter().map(|import| format!("import {import}\n")).collect();
    let imports = if imports.is_empty() { imports } else { format!("\n{imports}") };
    let parts: Vec<String> = parts.collect();
    format!(
        "// Generated by `make generate` from the core's definitions; do not edit.\n\npackage io.github.halkode\n{imports}\n{}",
        parts.join("\n")
    )
}

fn companion(name: &str, strict: bool, gets: &str) -> String {
    let kind = if strict { "strict" } else { "open" };
    let made = if gets.is_empty() { format!("{name}()") } else { format!("{name}(\n{gets}            )") };
    format!(
        "    public companion object {{\n        internal val codec: Codec<{name}> = Codec.{kind} {{\n            {made}\n        }}\n\n        \
         /** Reads what [toJson] wrote. */\n        @JvmStatic\n        @Throws(HalkodeException::class)\n        \
         public fun fromJson(json: Json.Object): {name} = reading {{ codec.read(json) }}\n    }}\n"
    )
}

/// `invoice_id` as `invoiceId`.
fn property(name: &str) -> String {
    let name = camel(name);
    if KEYWORDS.split(' ').any(|keyword| keyword == name) { format!("`{name}`") } else { name }
}

/// `PreAuth` as `PRE_AUTH`, `ThreeDPay` as `THREE_D_PAY`.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    let mut letters = name.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(c) = letters.next() {
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || letters.peek().is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            constant.push('_');
        }
        constant.push(c.to_ascii_uppercase());
        before = Some(c);
    }
    let mut letters = constant.chars();
    let starts_well = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    assert!(starts_well && letters.all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name} is no name for a constant");
    constant
}

fn kotlin_type(shape: &Shape) -> String {
    match shape {
        Shape::Text => "String".to_owned(),
        Shape::Secret => "Secret".to_owned(),
        Shape::Amount => "BigDecimal".to_owned(),
        Shape::Integer => "Long".to_owned(),
        Shape::Count => "Int".to_owned(),
        Shape::Boolean => "Boolean".to_owned(),
        Shape::Any => "Map<String, Json>".to_owned(),
        Shape::Choice(choice) => choice().name.to_owned(),
        Shape::List(of) => format!("List<{}>", kotlin_type(of)),
        Shape::Optional(of) => format!("{}?", kotlin_type(of)),
        Shape::Model(model) => model().name.to_owned(),
    }
}

/// What reads and writes a value (Codec.kt).
fn codec(shape: &Shape) -> String {
    match shape {
        Shape::Text => "Codec.text".to_owned(),
        Shape::Secret => "Codec.secret".to_owned(),
        Shape::Amount => "Codec.amount".to_owned(),
        Shape::Integer => "Codec.integer".to_owned(),
        Shape::Count => "Codec.count".to_owned(),
        Shape::Boolean => "Codec.flag".to_owned(),
        Shape::Any => "Codec.any".to_owned(),
        Shape::Choice(choice) => format!("Codec.word({}.entries)", choice().name),
        Shape::List(of) => format!("Codec.list({})", codec(of)),
        Shape::Optional(of) => codec(of),
        Shape::Model(model) => format!("{}.codec", model().name),
    }
}

fn default(shape: &Shape) -> &'static str {
    match shape {
        Shape::Optional(_) => " = null",
        Shape::List(_) => " = emptyList()",
        Shape::Any => " = emptyMap()",
        _ => panic!("a field that may be left out needs a value for that"),
    }
}

fn otherwise(shape: &Shape) -> &'static str {
    match shape {
        Shape::List(_) => " ?: emptyList()",
        Shape::Any => " ?: emptyMap()",
        _ => "",
    }
}
