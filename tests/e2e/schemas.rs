//! The committed schemas are those of the types. `GRENS_UPDATE_SCHEMAS=1 cargo test schemas` writes them anew.

use super::support::root;

#[test]
fn schemas_do_not_drift() {
    let openapi = ("openapi.json", grens_server::document(&grens_server::Limits::default()));
    let all = grens_law::schema::all()
        .into_iter()
        .chain(grens_eval::schema::all())
        .chain(grens_gateway::schema::all())
        .chain([openapi]);
    for (name, schema) in all {
        let path = root().join("schemas").join(name);
        let wanted = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("GRENS_UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, wanted, "{name} drifted; GRENS_UPDATE_SCHEMAS=1 cargo test --release schemas writes it anew");
    }
}

#[test]
fn a_real_record_has_exactly_the_fields_of_its_schema() {
    let ran = super::support::run_with(&["score", "-"], &super::support::posts(&["Hoi"])).expect(0);
    let record = ran.records().remove(0);
    let schema = grens_law::schema::all().remove(0).1;
    let fields =
        |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(fields(&record), fields(&schema["properties"]));
}
