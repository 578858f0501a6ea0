//! How the input is read: format, fields, preset, languages, authors, rejects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::Args;
use grens_batch::{BatchError, Fields, Format, InputOptions, Inputs, Preset, PseudonymKey, RejectLimit, expand};
use serde_json::Value;

/// Ids of standard input that are remembered at least, to find one that comes twice; they take up to 40 MB.
const REMEMBERED_IDS: usize = 500_000;

/// How files of posts are laid out.
#[derive(Debug, Args)]
pub(crate) struct LayoutArgs {
    /// Format of all inputs: jsonl, json, csv, tsv or parquet [default: told by the name; JSON Lines for a pipe].
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    /// Read a platform's own export: bluesky, mastodon, reddit, x or youtube.
    #[arg(long, value_name = "NAME")]
    preset: Option<&'static Preset>,
    #[command(flatten)]
    fields: FieldArgs,
}

impl LayoutArgs {
    pub(crate) fn options(&self) -> InputOptions {
        InputOptions {
            fields: self.fields.fields(),
            format: self.input_format,
            preset: self.preset,
            ..InputOptions::default()
        }
    }
}

/// How the input is read.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    layout: LayoutArgs,
    /// Score posts that are clearly not in Dutch too; without it they are counted and skipped.
    #[arg(long)]
    all_languages: bool,
    /// Keep a keyed pseudonym of each author, made with the key in this file (32 bytes or more, readable by you alone). Without it
    /// authors are dropped. Names are never kept.
    #[arg(long, value_name = "FILE")]
    pseudonym_key: Option<PathBuf>,
    /// Give up when more records than this cannot be used: a number, or a share such as 5% [default: no limit].
    #[arg(long, value_name = "N|P%")]
    max_rejects: Option<RejectLimit>,
}

/// Names of the input's fields or columns; dots reach into objects. All but id and text may be missing.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fields (dots reach into objects; not with --preset)")]
pub(crate) struct FieldArgs {
    /// A post's id.
    #[arg(long, default_value = "id", value_name = "NAME", conflicts_with = "preset")]
    id_field: String,
    /// Its text.
    #[arg(long, default_value = "text", value_name = "NAME", conflicts_with = "preset")]
    text_field: String,
    /// Its language tag.
    #[arg(long, default_value = "lang", value_name = "NAME", conflicts_with = "preset")]
    lang_field: String,
    /// Its web address.
    #[arg(long, default_value = "url", value_name = "NAME", conflicts_with = "preset")]
    url_field: String,
    /// The platform.
    #[arg(long, default_value = "platform", value_name = "NAME", conflicts_with = "preset")]
    platform_field: String,
    /// When it was posted.
    #[arg(long, default_value = "created_at", value_name = "NAME", conflicts_with = "preset")]
    created_at_field: String,
    /// The id of the post that it answers.
    #[arg(long, default_value = "parent", value_name = "NAME", conflicts_with = "preset")]
    parent_field: String,
    /// Who can see it.
    #[arg(long, default_value = "visibility", value_name = "NAME", conflicts_with = "preset")]
    visibility_field: String,
    /// Who wrote it; read only with --pseudonym-key.
    #[arg(long, default_value = "author", value_name = "NAME", conflicts_with = "preset")]
    author_field: String,
}

impl FieldArgs {
    fn fields(&self) -> Fields {
        Fields {
            id: self.id_field.clone(),
            text: self.text_field.clone(),
            lang: self.lang_field.clone(),
            url: self.url_field.clone(),
            platform: self.platform_field.clone(),
            created_at: self.created_at_field.clone(),
            parent: self.parent_field.clone(),
            visibility: self.visibility_field.clone(),
            author: self.author_field.clone(),
        }
    }
}

impl InputArgs {
    /// What a scan that goes on must agree in, by flag. A key is not shown; its pseudonyms are in the items that are compared.
    pub(crate) fn facts(&self, names: &[String]) -> BTreeMap<String, Value> {
        let LayoutArgs { preset, input_format, fields } = &self.layout;
        let preset = preset.map(|p| p.name);
        let format = input_format.map(|f| f.to_string());
        [
            ("input", names.into()),
            ("--input-format", format.into()),
            ("--preset", preset.into()),
            ("fields", format!("{:?}", fields.fields()).into()),
            ("--all-languages", self.all_languages.into()),
            ("--pseudonym-key", self.pseudonym_key.is_some().into()),
        ]
        .into_iter()
        .map(|(name, value): (&str, Value)| (name.to_owned(), value))
        .collect()
    }

    /// Open the inputs that the command line names: files, folders, patterns, `-`. Nothing under `except` is read.
    pub(crate) fn open(&self, names: &[String], except: Option<&Path>) -> grens_batch::Result<Inputs> {
        Ok(Inputs::open(expand(names, except)?, self.options()?)?)
    }

    /// As [`InputArgs::open`], for a stage: standard input may go on for months, so that only some of its ids are remembered, and it ends
    /// when `stop` is set.
    pub(crate) fn open_stage(&self, name: &str, stop: &'static AtomicBool) -> grens_batch::Result<Inputs> {
        let remembered_ids = (name == "-").then_some(REMEMBERED_IDS);
        let options = InputOptions { remembered_ids, stop: Some(stop), ..self.options()? };
        Ok(Inputs::open(expand(&[name.to_owned()], None)?, options)?)
    }

    fn options(&self) -> grens_batch::Result<InputOptions> {
        Ok(InputOptions {
            pseudonyms: self.pseudonym_key.as_deref().map(PseudonymKey::read).transpose().map_err(BatchError::Key)?,
            all_languages: self.all_languages,
            max_rejects: self.max_rejects,
            ..self.layout.options()
        })
    }
}
