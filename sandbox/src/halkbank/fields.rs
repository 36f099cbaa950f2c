//! The fields of a form as the gate takes them: values untouched, names in any letter case, the first of repeated ones.

use crate::http::Call;

/// Fields in the order in which they were posted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a posted form.
    pub(crate) fn read(call: &Call) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(&call.body).into_owned() {
            if fields.get(&name).is_none() {
                fields.0.push((name, value));
            }
        }
        fields
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value of the first of these names that was posted, trimmed for use; empty where none was.
    pub(crate) fn text(&self, names: &[&str]) -> String {
        names.iter().find_map(|name| self.get(name)).unwrap_or_default().trim().to_owned()
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The same without some fields.
    pub(crate) fn without(&self, names: &[&str]) -> Vec<(String, String)> {
        let kept = self.0.iter().filter(|(own, _)| !names.iter().any(|name| own.eq_ignore_ascii_case(name)));
        kept.cloned().collect()
    }
}
