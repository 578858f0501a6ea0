//! Reasons that come back often, to choose with one key. They are written down in Dutch whatever language the page is in: records are read by others.

use super::pairs::Pairs;

/// Value, Dutch, English; for a yes.
pub(crate) const YES: [(&str, &str, &str); 5] = [
    ("inferior", "stelt de groep als minderwaardig voor", "presents the group as inferior"),
    ("animals", "ontmenselijkt de groep (dier, ziekte, plaag)", "dehumanises the group (animal, disease, plague)"),
    ("crime", "schrijft de hele groep misdadig gedrag toe", "ascribes criminal conduct to the whole group"),
    ("exclude", "spoort aan tot uitsluiting, haat of geweld", "incites to exclusion, hatred or violence"),
    ("deny", "ontkent of bagatelliseert een volkerenmoord", "denies or trivialises a genocide"),
];

/// Value, Dutch, English; for a no.
pub(crate) const NO: [(&str, &str, &str); 5] = [
    (
        "belief",
        "gaat over een leer of instelling, niet over mensen",
        "is about a doctrine or institution, not about people",
    ),
    ("no_ground", "gaat niet over een groep op een grond van de wet", "is not about a group on a ground of the law"),
    ("person", "gaat over één persoon, niet over een groep", "is about one person, not about a group"),
    ("quote", "haalt aan, bericht of spreekt tegen", "quotes, reports or speaks against"),
    (
        "harmless",
        "de woorden beledigen hier niet en zetten nergens toe aan",
        "the words neither insult nor incite here",
    ),
];

/// What stands between reasons in one line.
const BETWEEN: &str = "; ";

/// The reasons chosen and the one written, in one line; `None` when there is none.
pub(crate) fn join(pairs: &Pairs) -> Option<String> {
    let of_verdict = if pairs.one("verdict") == "candidate" { &YES } else { &NO };
    let chosen = of_verdict.iter().filter(|(value, _, _)| pairs.has("why", value)).map(|(_, nl, _)| *nl);
    let parts: Vec<&str> = chosen.chain(pairs.some("reason")).collect();
    (!parts.is_empty()).then(|| parts.join(BETWEEN))
}

/// The same parted again: values of those chosen, and what was written.
pub(crate) fn part(is_yes: bool, joined: &str) -> (Vec<&'static str>, String) {
    let of_verdict = if is_yes { &YES } else { &NO };
    let value = |part: &str| of_verdict.iter().find(|(_, nl, _)| *nl == part).map(|(value, ..)| *value);
    let (chosen, written): (Vec<&str>, Vec<&str>) = joined.split(BETWEEN).partition(|part| value(part).is_some());
    (chosen.into_iter().filter_map(value).collect(), written.join(BETWEEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reasons_of_the_verdict_count() {
        let joined = |fields: &str| join(&Pairs::parse(fields.as_bytes()));
        let both = "why=person&why=animals&reason=+eigen+woorden+";
        assert_eq!(
            joined(&format!("verdict=not_candidate&{both}")).as_deref(),
            Some("gaat over één persoon, niet over een groep; eigen woorden")
        );
        assert_eq!(joined("verdict=candidate&why=person"), None);
        let all = joined("verdict=not_candidate&why=person&why=quote&reason=eigen; woorden");
        assert_eq!(part(false, &all.unwrap_or_default()), (vec!["person", "quote"], "eigen; woorden".to_owned()));
    }
}
