//! What was filled in about an item. What must be filled follows `grens_law`: grounds of the articles that were chosen, a reason for a yes and for a no.

use grens_law::{Article, ContextFlag, Ground, Judgement, OnlineCheck, Span, Statute, VerdictError, VerdictRecord};

use super::choices::name;
use super::pairs::Pairs;
use super::reasons;
use super::strings::Strings;
use crate::ReviewError;
use crate::store::Form;

pub(crate) const VERDICTS: [Judgement; 4] =
    [Judgement::Candidate, Judgement::NotCandidate, Judgement::Unsure, Judgement::OutsideLaw];

/// What is wrong with a field, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// `id` of the field on the page.
    pub(crate) at: &'static str,
    pub(crate) words: &'static str,
}

/// The value of a name; none for anything else.
fn value<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// What was filled in about `text`, or everything that is wrong with it.
pub(crate) fn read(pairs: &Pairs, text: &str, statute: &Statute, t: &'static Strings) -> Result<Form, Vec<Wrong>> {
    let mut wrong = vec![];
    let mut say = |at, words| wrong.push(Wrong { at, words });
    let verdict = VERDICTS.into_iter().find(|verdict| verdict.name() == pairs.one("verdict"));
    if verdict.is_none() {
        say("verdict", t.wrong_verdict);
    }
    let mut form = Form::new(verdict.unwrap_or(Judgement::Unsure));
    form.reason = reasons::join(pairs);
    if matches!(verdict, Some(Judgement::Candidate | Judgement::NotCandidate)) && form.reason.is_none() {
        say("reason", t.wrong_reason);
    }
    if verdict == Some(Judgement::Candidate) {
        form.articles = Article::ALL.into_iter().filter(|a| pairs.has("article", a.name())).collect();
        form.grounds = Ground::ALL.into_iter().filter(|g| pairs.has("ground", g.name())).collect();
        if form.articles.is_empty() {
            say("articles", t.wrong_article);
        }
        let covered = |ground| form.articles.iter().any(|&article| statute.covers(article, ground));
        let bare = |article: &Article| !form.grounds.iter().any(|&ground| statute.covers(*article, ground));
        if form.articles.iter().any(bare) {
            say("grounds", t.wrong_ground);
        } else if !form.articles.is_empty() && !form.grounds.iter().all(|&ground| covered(ground)) {
            say("grounds", t.wrong_ground_of_article);
        }
        form.group_named = pairs.some("group").map(ToOwned::to_owned);
    }
    form.publicity = value(pairs.one("publicity")).unwrap_or_default();
    form.context = pairs.all("context").filter_map(value).fold(vec![], |mut flags, flag: ContextFlag| {
        if !flags.contains(&flag) {
            flags.push(flag);
        }
        flags
    });
    form.route = value(pairs.one("route"));
    form.note = pairs.some("note").map(ToOwned::to_owned);
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > Form::MOST_CHARS);
    for (at, field) in [("reason", &form.reason), ("note", &form.note), ("group", &form.group_named)] {
        if long(field) {
            say(at, t.wrong_too_long);
        }
    }
    match quote(pairs, text) {
        Ok(quote) => form.quote = quote,
        Err(()) => say("quote", t.wrong_quote),
    }
    match online(pairs) {
        Ok(check) => form.still_online = check,
        Err(()) => say("online_at", t.wrong_time),
    }
    if wrong.is_empty() { Ok(form) } else { Err(wrong) }
}

/// The fields of a form that would say what a verdict says: where a correction begins.
pub(crate) fn filled(v: &VerdictRecord) -> Pairs {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (chosen, written) = reasons::part(v.verdict == Judgement::Candidate, v.reason.as_deref().unwrap_or_default());
    let quote = |part: fn(&Span) -> String| v.quote.as_ref().map(part).unwrap_or_default();
    let online = v.still_online.as_ref();
    let mut fields = vec![
        ("verdict", v.verdict.name().to_owned()),
        ("reason", written),
        ("group", text(&v.group_named)),
        ("publicity", name(&v.publicity)),
        ("quote", quote(|span| span.quote.clone())),
        ("quote_start", quote(|span| span.start.to_string())),
        ("quote_end", quote(|span| span.end.to_string())),
        ("note", text(&v.note)),
        ("online", online.map(|check| if check.online { "yes" } else { "no" }).unwrap_or_default().to_owned()),
        ("online_at", online.and_then(|check| check.checked_at.get(..16)).unwrap_or_default().to_owned()),
        ("route", v.route.as_ref().map(name).unwrap_or_default()),
    ];
    fields.extend(chosen.into_iter().map(|value| ("why", value.to_owned())));
    fields.extend(v.articles.iter().map(|article| ("article", article.name().to_owned())));
    fields.extend(v.grounds.iter().map(|ground| ("ground", ground.name().to_owned())));
    fields.extend(v.context.iter().map(|flag| ("context", name(flag))));
    Pairs::of(fields)
}

/// The marked words: by their place, as the page's script has it, or as somebody typed them, where they stand first.
fn quote(pairs: &Pairs, text: &str) -> Result<Option<Span>, ()> {
    let place = |name: &str| pairs.one(name).parse::<u32>().ok();
    let (start, quote) = match (place("quote_start"), place("quote_end")) {
        (Some(start), Some(end)) => {
            let wanted = end.checked_sub(start).ok_or(())? as usize;
            (start, text.chars().skip(start as usize).take(wanted).collect::<String>())
        }
        _ => {
            let typed = pairs.one("quote").replace("\r\n", "\n");
            let at = text.find(&typed).ok_or(())?;
            let start = text.get(..at).unwrap_or_default().chars().count();
            (u32::try_from(start).map_err(|_| ())?, typed)
        }
    };
    if quote.is_empty() {
        return Ok(None);
    }
    let end = start + u32::try_from(quote.chars().count()).map_err(|_| ())?;
    Ok(Some(Span { start, end, quote }))
}

/// Whether it was still there, and when somebody looked: now, unless another time is given, in UTC.
fn online(pairs: &Pairs) -> Result<Option<OnlineCheck>, ()> {
    let online = match pairs.one("online") {
        "yes" => true,
        "no" => false,
        _ => return Ok(None),
    };
    let moment = match pairs.some("online_at") {
        None => chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()),
        Some(text) => chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map_err(|_| ())?.and_utc(),
    };
    Ok(Some(OnlineCheck { online, checked_at: moment.format("%Y-%m-%dT%H:%M:%SZ").to_string() }))
}

/// Where on the form the store found something wrong; `None` when it is no matter of the form.
pub(crate) fn at_field(error: &ReviewError, t: &'static Strings) -> Option<Wrong> {
    let (at, words) = match error {
        ReviewError::Verdict(VerdictError::Ground(_)) => ("grounds", t.wrong_ground),
        ReviewError::Verdict(VerdictError::Empty { field: "articles", .. }) => ("articles", t.wrong_article),
        ReviewError::Verdict(_) => ("reason", t.wrong_reason),
        ReviewError::Span(_) => ("quote", t.wrong_quote),
        ReviewError::Field { field: "note", .. } => ("note", t.wrong_field),
        ReviewError::Field { field: "group_named", .. } => ("group", t.wrong_field),
        ReviewError::Field { .. } => ("reason", t.wrong_field),
        _ => return None,
    };
    Some(Wrong { at, words })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use grens_law::Publicity;

    use super::*;
    use crate::web::strings::EN;

    fn filled(fields: &str) -> Result<Form, Vec<&'static str>> {
        let read = read(&Pairs::parse(fields.as_bytes()), "Eén café is dicht", Statute::shipped(), &EN);
        read.map_err(|wrong| wrong.into_iter().map(|w| w.at).collect())
    }

    #[test]
    fn a_yes_and_a_no_need_what_the_law_asks() {
        assert_eq!(filled("").unwrap_err(), ["verdict"]);
        assert_eq!(filled("verdict=candidate").unwrap_err(), ["reason", "articles"]);
        assert_eq!(filled("verdict=not_candidate&reason=+").unwrap_err(), ["reason"]);
        assert_eq!(filled("verdict=candidate&reason=x&article=137c&ground=gender").unwrap_err(), ["grounds"]);
        assert_eq!(
            filled("verdict=candidate&reason=x&article=137c&ground=gender&ground=race").unwrap_err(),
            ["grounds"]
        );
        let form = filled("verdict=candidate&why=animals&article=137d&ground=gender&group=vrouwen").unwrap();
        assert_eq!((form.articles, form.grounds), (vec![Article::A137d], vec![Ground::Gender]));
        assert_eq!(filled("verdict=unsure").unwrap().reason, None);
        assert_eq!(filled("verdict=reopened").unwrap_err(), ["verdict"]);
    }

    #[test]
    fn marked_words_are_found_by_place_and_by_content() {
        let quote = |fields: &str| filled(&format!("verdict=unsure&{fields}")).map(|form| form.quote);
        let cafe = Some(Span { start: 4, end: 8, quote: "café".to_owned() });
        assert_eq!(quote("quote_start=4&quote_end=8"), Ok(cafe.clone()));
        assert_eq!(quote("quote=caf%C3%A9"), Ok(cafe));
        assert_eq!(quote("quote="), Ok(None));
        for bad in ["quote=thee", "quote_start=8&quote_end=4"] {
            assert_eq!(quote(bad), Err(vec!["quote"]), "{bad}");
        }
    }

    #[test]
    fn a_field_that_is_forged_is_nothing() {
        let form =
            filled("verdict=unsure&publicity=x&context=debate&context=debate&context=y&route=z&article=137c").unwrap();
        assert_eq!((form.publicity, form.context, form.route), (Publicity::Unknown, vec![ContextFlag::Debate], None));
        assert!(form.articles.is_empty());
        assert_eq!(filled("verdict=unsure&online=yes&online_at=gisteren").unwrap_err(), ["online_at"]);
        let check = filled("verdict=unsure&online=no&online_at=2026-11-20T10:05").unwrap().still_online.unwrap();
        assert_eq!((check.online, check.checked_at.as_str()), (false, "2026-11-20T10:05:00Z"));
    }
}
