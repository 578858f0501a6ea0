//! The columns of a Parquet list. Names are those of the JSON record.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use grens_law::{FindingRecord, Ground, RepeatRecord};

/// A record with columns.
pub(crate) trait Columns {
    fn schema() -> Schema;
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn texts(name: &str) -> Field {
    Field::new(name, DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))), false)
}

fn probability(name: &str) -> Field {
    Field::new(name, DataType::Float32, false)
}

fn count(name: &str) -> Field {
    Field::new(name, DataType::UInt64, false)
}

fn group(name: &str, fields: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(fields.into()), false)
}

/// Input line and place: the columns that all lists share.
fn origin() -> Vec<Field> {
    let place = ["url", "platform", "created_at", "parent", "visibility", "author"];
    let mut fields = vec![text("file"), text("file_sha256"), count("line")];
    fields.extend(place.map(|name| text(name).with_nullable(true)));
    fields
}

impl Columns for FindingRecord {
    fn schema() -> Schema {
        let mut fields = vec![
            count("rank").with_nullable(true),
            count("stands_for").with_nullable(true),
            text("head").with_nullable(true),
            count("repeats").with_nullable(true),
        ];
        fields.extend(origin());
        fields.extend([
            text("text").with_nullable(true),
            text("grens"),
            text("schema"),
            text("id"),
            text("band"),
            texts("articles"),
            texts("grounds"),
            texts("reasons"),
            probability("confidence"),
            group("scores", ["group_hate", "art137c", "art137d"].map(probability).into()),
            group("ground_scores", Ground::ALL.map(|g| probability(g.name())).into()),
            text("lang"),
            Field::new("n_tokens", DataType::UInt32, false),
            Field::new("truncated", DataType::Boolean, false),
            text("text_sha256"),
            group("model", vec![text("name"), text("hash")]),
            text("policy"),
            text("law"),
        ]);
        Schema::new(fields)
    }
}

impl Columns for RepeatRecord {
    fn schema() -> Schema {
        let mut fields = ["schema", "id", "repeat_of", "band", "text_sha256"].map(text).to_vec();
        fields.extend(origin());
        Schema::new(fields)
    }
}
