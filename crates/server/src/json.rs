//! JSON as far as it is looked at. What a body holds beside is checked and not kept: a tree of it can be a hundred times as large as its bytes.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What of a value is kept. Scalars are kept wherever they stand where something is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Fields that are kept of the outermost object, or of the objects in the outermost list. Objects in these are kept empty.
    pub(crate) fields: &'a [&'a str],
    /// Most elements that are kept of a list, of the lists in it, and so on; below that lists are kept empty.
    pub(crate) elements: &'a [usize],
}

/// The value of a body, pruned. All of it has to be JSON, nested no deeper than serde_json reads (128).
///
/// # Errors
/// When it is not; the message of the parser quotes nothing.
pub(crate) fn parse(bytes: &[u8], wanted: Wanted<'_>) -> serde_json::Result<Value> {
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = wanted.deserialize(&mut input)?;
    input.end()?;
    Ok(value)
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let (most, elements) = self.elements.split_first().map_or((0, self.elements), |(&most, rest)| (most, rest));
        let inner = Wanted { elements, ..self };
        let mut kept = vec![];
        while kept.len() < most {
            match list.next_element_seed(inner)? {
                Some(value) => kept.push(value),
                None => return Ok(Value::Array(kept)),
            }
        }
        while list.next_element_seed(Passed)?.is_some() {}
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = Wanted { fields: &[], ..self };
        let mut kept = Map::new();
        while let Some(name) = object.next_key_seed(Name(self.fields))? {
            match name {
                Some(name) => drop(kept.insert(name, object.next_value_seed(inner)?)),
                None => object.next_value_seed(Passed)?,
            }
        }
        Ok(Value::Object(kept))
    }
}

/// The name of a field, if it is one of these.
struct Name<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.contains(&name).then(|| name.to_owned()))
    }
}

/// A value that is checked and not kept. Not serde's `IgnoredAny`, with which serde_json follows nesting of any depth.
struct Passed;

impl<'de> DeserializeSeed<'de> for Passed {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while object.next_key_seed(Name(&[]))?.is_some() {
            object.next_value_seed(Self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const WANTED: Wanted<'_> = Wanted { fields: &["id", "text"], elements: &[3, 2] };

    fn parsed(text: &str) -> Value {
        parse(text.as_bytes(), WANTED).unwrap()
    }

    fn nodes(value: &Value) -> usize {
        1 + match value {
            Value::Array(list) => list.iter().map(nodes).sum(),
            Value::Object(fields) => fields.values().map(nodes).sum(),
            _ => 0,
        }
    }

    #[test]
    fn what_is_asked_for_is_kept() {
        assert_eq!(parsed(r#"{"id": 7, "text": "é\n", "url": {"a": [1]}}"#), json!({"id": 7, "text": "é\n"}));
        assert_eq!(parsed(r#"[{"id": -1.5, "x": 0}, null, true]"#), json!([{"id": -1.5}, null, true]));
        assert_eq!(parsed(r#"{"id": {"id": 1}, "text": [[1, 2, 3], "a"]}"#), json!({"id": {}, "text": [[1, 2], "a"]}));
        // The last one counts, as in serde_json.
        assert_eq!(parsed(r#"{"id": 1, "id": 2}"#), json!({"id": 2}));
    }

    #[test]
    fn a_body_of_many_small_things_takes_no_more_memory_for_it() {
        for (begin, part, end) in [
            ("[", "{\"\":0},", "0]"),
            ("{\"id\": [", "{\"\":0},", "0]}"),
            ("{\"x\": [", "[],", "0]}"),
            ("{", "\"id\":[0],", "\"y\":0}"),
        ] {
            let body = begin.to_owned() + &part.repeat(100_000) + end;
            let value = parsed(&body);
            assert!(nodes(&value) < 10, "{} nodes of {begin}", nodes(&value));
        }
        // One more than may be is kept, to be seen.
        assert_eq!(parsed("[1,2,3,4,5,6]"), json!([1, 2, 3]));
    }

    #[test]
    fn deep_nesting_and_what_is_no_json_are_refused_where_nothing_is_kept_too() {
        let deep = |n: usize| format!("{{\"x\": {}{}}}", "[".repeat(n), "]".repeat(n));
        assert_eq!(parsed(&deep(100)), json!({}));
        for wrong in [
            &deep(200),
            &deep(100_000),
            "{\"x\": [1,]}",
            "{\"x\": nul}",
            "[1] 2",
            "[1,2,3,4,",
            "{\"x\": \"\u{1}\"}",
            "{1: 2}",
            "",
        ] {
            assert!(parse(wrong.as_bytes(), WANTED).is_err(), "{wrong:.40}");
        }
    }

    proptest! {
        #[test]
        fn it_takes_what_serde_json_takes(text in "[\\[\\]{}:,0-9a-e.\"\\\\ -]{0,24}") {
            let reference: serde_json::Result<Value> = serde_json::from_str(&text);
            prop_assert_eq!(parse(text.as_bytes(), WANTED).is_ok(), reference.is_ok());
        }
    }
}
