//! The sentences, Dutch and then English. Names of articles and grounds are the statute table's.

use crate::bilingual::bilingual;

bilingual! {
/// The sentences in one language; each `{}` stands for what [`filled`] puts there.
Words {
    and: " en ", " and ";
    title: "Uitleg over bericht {} in de beoordelingslijst", "Explanation of post {} in the review list";
    post_title: "Om welk bericht gaat het", "Which post this is about";
    post_id: "kenmerk bij het platform", "the platform's id";
    address: "adres", "address";
    posted: "geplaatst (UTC)", "posted (UTC)";
    platform: "platform", "platform";
    erased: "- De tekst en de vindplaats zijn gewist, omdat de bewaartermijn voorbij is.", "- Its text and place have been erased, since their retention term has passed.";
    found_title: "Wat het programma vond", "What the program found";
    found_on: "Een programma vond dit bericht op {}. Wat het daarbij opschreef, is gewist.", "A program found this post on {}. What it noted then has been erased.";
    found_by: "Het programma grens {} vond dit bericht op {}, met model {}, beleid {} en wetstabel {}.", "The program grens {} found this post on {}, with model {}, policy {} and statute table {}.";
    candidate: "Het stelde het bericht voor als kandidaat voor artikel {} van het Wetboek van Strafrecht. Dat is een voorstel, geen oordeel.", "It proposed the post as a candidate under Article {} of the Dutch Penal Code. That is a proposal, not a verdict.";
    review: "Het legde het bericht aan een mens voor, zonder een artikel te noemen.", "It put the post before a person, without naming an article.";
    review_of: "Het legde het bericht aan een mens voor, met de vraag of artikel {} van het Wetboek van Strafrecht aan de orde kan zijn.", "It put the post before a person, with the question whether Article {} of the Dutch Penal Code may be at stake.";
    grounds: "Genoemde grond: {}.", "Ground named: {}.";
    score: "De score was {} op een schaal van 0 tot 1. Die gaat alleen over de bewoordingen.", "The score was {} on a scale of 0 to 1. It is about the wording alone.";
    passages: "Zonder deze woorden zou de score het meest dalen:", "Without these words the score would fall most:";
    truncated: "Het bericht is langer dan het programma leest; het eind is niet gelezen.", "The post is longer than the program reads; its end was not read.";
    caveat: "Een programma ziet geen context, bedoeling, ironie of spreker, en het vergist zich. Daarom beslist een mens.", "A program sees no context, intent, irony or speaker, and it makes mistakes. Therefore a person decides.";
    judged_title: "Wat mensen besloten", "What people decided";
    verdict: "iemand beoordeelde het bericht als: {}", "somebody judged the post: {}";
    bulk: "iemand beoordeelde het samen met bijna gelijke berichten als: {}", "somebody judged it together with nearly equal posts: {}";
    adjudication: "twee mensen verschilden van mening; een derde besloot: {}", "two people differed; a third decided: {}";
    correction: "een eerder oordeel is herzien: {}", "an earlier verdict was revised: {}";
    reopening: "er is bezwaar gemaakt of er kwam iets nieuws aan het licht; iemand anders beoordeelt het bericht opnieuw", "somebody objected or something new came to light; another person judges the post anew";
    erasure: "tekst, vindplaats en toelichtingen zijn gewist; de bewaartermijn was voorbij", "text, place and notes were erased; the retention term had passed";
    outcome: "Wat nu geldt", "What stands now";
    expired: "Niemand heeft het bericht binnen de bewaartermijn beoordeeld. Er is niets mee gedaan.", "Nobody judged the post within the retention term. Nothing was done with it.";
    // A verdict was withdrawn, and none came in its place.
    expired_anew: "Het eerdere oordeel is ingetrokken. Binnen de bewaartermijn is geen nieuw besluit genomen; er geldt dus niets.", "The earlier verdict was withdrawn. No new decision was made within the retention term, so none stands.";
    // Not all who were needed have judged.
    expired_between: "Het bericht is bekeken, maar binnen de bewaartermijn is geen besluit genomen. Er is niets mee gedaan.", "The post was looked at, but no decision was made within the retention term. Nothing was done with it.";
    open: "Het bericht wacht op een oordeel van een mens. Er is nog niets besloten.", "The post awaits a person's verdict. Nothing has been decided yet.";
    yes: "kandidaat voor artikel {}, op grond van {}", "candidate under Article {}, on the ground of {}";
    no: "geen kandidaat", "no candidate";
    unsure: "niet te zeggen", "impossible to say";
    outside: "valt niet onder deze artikelen", "not within these articles";
    object_title: "Niet mee eens?", "Do you disagree?";
    object: "Laat het de organisatie weten van wie u deze uitleg kreeg, en zeg waarom. Een ander dan wie eerder oordeelde, kijkt dan opnieuw. Was het bericht al doorgegeven, dan gaat er een correctie achteraan.", "Tell the organisation that gave you this explanation, and say why. Somebody other than who judged before will look at it anew. If the post had been passed on already, a correction follows it.";
    keeps: "Wat niemand beoordeelt, wordt {} dagen bewaard; wat beoordeeld is, {} dagen na het laatste oordeel.", "What nobody judges is kept for {} days; what was judged, for {} days after the last verdict.";
    end: "Een kandidaat is een voorstel; of de wet is overtreden, zegt alleen de rechter.", "A candidate is a proposal; whether the law was broken is for a court alone to say.";
}
}

/// A sentence with its values, in their order.
pub(super) fn filled(sentence: &str, values: &[&str]) -> String {
    let (mut parts, mut values) = (sentence.split("{}"), values.iter());
    let mut out = parts.next().unwrap_or_default().to_owned();
    // What is put in may hold anything, also what looks like a gap.
    for part in parts {
        out.push_str(values.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_ask_for_the_same() {
        for (name, nl, en) in ALL {
            assert!(!nl.trim().is_empty() && !en.trim().is_empty(), "{name}");
            assert_eq!(nl.matches("{}").count(), en.matches("{}").count(), "{name}");
        }
        assert!(!std::ptr::eq(&raw const NL, &raw const EN));
    }

    #[test]
    fn a_value_that_looks_like_a_gap_is_none() {
        assert_eq!(filled("{} en {}.", &["{}", "b"]), "{} en b.");
        assert_eq!(filled("niets", &["a"]), "niets");
    }
}
