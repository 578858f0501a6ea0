//! The sentences, in both languages. Names of articles and grounds are the statute table's.

/// The sentences of one language.
pub(super) struct Words {
    pub(super) is_dutch: bool,
    pub(super) and: &'static str,
    pub(super) title: fn(i64) -> String,
    pub(super) post_title: &'static str,
    pub(super) post_id: &'static str,
    pub(super) address: &'static str,
    pub(super) posted: &'static str,
    pub(super) platform: &'static str,
    pub(super) erased: &'static str,
    pub(super) found_title: &'static str,
    pub(super) found_on: fn(&str) -> String,
    pub(super) found_by: fn(&str, &str, &str, &str, &str) -> String,
    pub(super) candidate: fn(&str) -> String,
    pub(super) review: &'static str,
    pub(super) review_of: fn(&str) -> String,
    pub(super) grounds: fn(&str) -> String,
    pub(super) score: fn(&str) -> String,
    pub(super) passages: &'static str,
    pub(super) truncated: &'static str,
    pub(super) caveat: &'static str,
    pub(super) judged_title: &'static str,
    pub(super) verdict: fn(&str) -> String,
    pub(super) bulk: fn(&str) -> String,
    pub(super) adjudication: fn(&str) -> String,
    pub(super) correction: fn(&str) -> String,
    pub(super) reopening: &'static str,
    pub(super) erasure: &'static str,
    pub(super) outcome: &'static str,
    pub(super) expired: &'static str,
    /// A verdict was withdrawn, and none came in its place.
    pub(super) expired_anew: &'static str,
    /// Not all who were needed have judged.
    pub(super) expired_between: &'static str,
    pub(super) open: &'static str,
    pub(super) yes: fn(&str, &str) -> String,
    pub(super) no: &'static str,
    pub(super) unsure: &'static str,
    pub(super) outside: &'static str,
    pub(super) object_title: &'static str,
    pub(super) object: &'static str,
    pub(super) keeps: fn(u32, u32) -> String,
    pub(super) end: &'static str,
}

pub(super) const NL: Words = Words {
    is_dutch: true,
    and: " en ",
    title: |item| format!("Uitleg over bericht {item} in de beoordelingslijst"),
    post_title: "Om welk bericht gaat het",
    post_id: "kenmerk bij het platform",
    address: "adres",
    posted: "geplaatst (UTC)",
    platform: "platform",
    erased: "- De tekst en de vindplaats zijn gewist, omdat de bewaartermijn voorbij is.",
    found_title: "Wat het programma vond",
    found_on: |day| format!("Een programma vond dit bericht op {day}. Wat het daarbij opschreef, is gewist."),
    found_by: |day, grens, model, policy, law| {
        format!(
            "Het programma grens {grens} vond dit bericht op {day}, met model {model}, beleid {policy} en wetstabel {law}."
        )
    },
    candidate: |articles| {
        format!(
            "Het stelde het bericht voor als kandidaat voor artikel {articles} van het Wetboek van Strafrecht. Dat is een voorstel, geen oordeel."
        )
    },
    review: "Het legde het bericht aan een mens voor, zonder een artikel te noemen.",
    review_of: |articles| {
        format!(
            "Het legde het bericht aan een mens voor, met de vraag of artikel {articles} van het Wetboek van Strafrecht aan de orde kan zijn."
        )
    },
    grounds: |grounds| format!("Genoemde grond: {grounds}."),
    score: |score| format!("De score was {score} op een schaal van 0 tot 1. Die gaat alleen over de bewoordingen."),
    passages: "Zonder deze woorden zou de score het meest dalen:",
    truncated: "Het bericht is langer dan het programma leest; het eind is niet gelezen.",
    caveat: "Een programma ziet geen context, bedoeling, ironie of spreker, en het vergist zich. Daarom beslist een mens.",
    judged_title: "Wat mensen besloten",
    verdict: |said| format!("iemand beoordeelde het bericht als: {said}"),
    bulk: |said| format!("iemand beoordeelde het samen met bijna gelijke berichten als: {said}"),
    adjudication: |said| format!("twee mensen verschilden van mening; een derde besloot: {said}"),
    correction: |said| format!("een eerder oordeel is herzien: {said}"),
    reopening: "er is bezwaar gemaakt of er kwam iets nieuws aan het licht; iemand anders beoordeelt het bericht opnieuw",
    erasure: "tekst, vindplaats en toelichtingen zijn gewist; de bewaartermijn was voorbij",
    outcome: "Wat nu geldt",
    expired: "Niemand heeft het bericht binnen de bewaartermijn beoordeeld. Er is niets mee gedaan.",
    expired_anew: "Het eerdere oordeel is ingetrokken. Binnen de bewaartermijn is geen nieuw besluit genomen; er geldt dus niets.",
    expired_between: "Het bericht is bekeken, maar binnen de bewaartermijn is geen besluit genomen. Er is niets mee gedaan.",
    open: "Het bericht wacht op een oordeel van een mens. Er is nog niets besloten.",
    yes: |articles, grounds| format!("kandidaat voor artikel {articles}, op grond van {grounds}"),
    no: "geen kandidaat",
    unsure: "niet te zeggen",
    outside: "valt niet onder deze artikelen",
    object_title: "Niet mee eens?",
    object: "Laat het de organisatie weten van wie u deze uitleg kreeg, en zeg waarom. Een ander dan wie eerder oordeelde, kijkt dan opnieuw. Was het bericht al doorgegeven, dan gaat er een correctie achteraan.",
    keeps: |unreviewed, reviewed| {
        format!(
            "Wat niemand beoordeelt, wordt {unreviewed} dagen bewaard; wat beoordeeld is, {reviewed} dagen na het laatste oordeel."
        )
    },
    end: "Een kandidaat is een voorstel; of de wet is overtreden, zegt alleen de rechter.",
};

pub(super) const EN: Words = Words {
    is_dutch: false,
    and: " and ",
    title: |item| format!("Explanation of post {item} in the review list"),
    post_title: "Which post this is about",
    post_id: "the platform's id",
    address: "address",
    posted: "posted (UTC)",
    platform: "platform",
    erased: "- Its text and place have been erased, since their retention term has passed.",
    found_title: "What the program found",
    found_on: |day| format!("A program found this post on {day}. What it noted then has been erased."),
    found_by: |day, grens, model, policy, law| {
        format!(
            "The program grens {grens} found this post on {day}, with model {model}, policy {policy} and statute table {law}."
        )
    },
    candidate: |articles| {
        format!(
            "It proposed the post as a candidate under Article {articles} of the Dutch Penal Code. That is a proposal, not a verdict."
        )
    },
    review: "It put the post before a person, without naming an article.",
    review_of: |articles| {
        format!(
            "It put the post before a person, with the question whether Article {articles} of the Dutch Penal Code may be at stake."
        )
    },
    grounds: |grounds| format!("Ground named: {grounds}."),
    score: |score| format!("The score was {score} on a scale of 0 to 1. It is about the wording alone."),
    passages: "Without these words the score would fall most:",
    truncated: "The post is longer than the program reads; its end was not read.",
    caveat: "A program sees no context, intent, irony or speaker, and it makes mistakes. Therefore a person decides.",
    judged_title: "What people decided",
    verdict: |said| format!("somebody judged the post: {said}"),
    bulk: |said| format!("somebody judged it together with nearly equal posts: {said}"),
    adjudication: |said| format!("two people differed; a third decided: {said}"),
    correction: |said| format!("an earlier verdict was revised: {said}"),
    reopening: "somebody objected or something new came to light; another person judges the post anew",
    erasure: "text, place and notes were erased; the retention term had passed",
    outcome: "What stands now",
    expired: "Nobody judged the post within the retention term. Nothing was done with it.",
    expired_anew: "The earlier verdict was withdrawn. No new decision was made within the retention term, so none stands.",
    expired_between: "The post was looked at, but no decision was made within the retention term. Nothing was done with it.",
    open: "The post awaits a person's verdict. Nothing has been decided yet.",
    yes: |articles, grounds| format!("candidate under Article {articles}, on the ground of {grounds}"),
    no: "no candidate",
    unsure: "impossible to say",
    outside: "not within these articles",
    object_title: "You disagree?",
    object: "Tell the organisation that gave you this explanation, and say why. Somebody other than who judged before will look at it anew. If the post had been passed on already, a correction follows it.",
    keeps: |unreviewed, reviewed| {
        format!(
            "What nobody judges is kept for {unreviewed} days; what was judged, for {reviewed} days after the last verdict."
        )
    },
    end: "A candidate is a proposal; whether the law was broken is for a court alone to say.",
};
