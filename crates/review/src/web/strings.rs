//! Every word of the page: one line each, Dutch and then English.

use crate::bilingual::bilingual;

bilingual! {
/// The words of the page in one language.
Strings {
    // Around every page.
    skip_to_content: "Naar de inhoud", "Skip to content";
    menu: "Menu", "Menu";
    menu_judge: "Beoordelen", "Review";
    menu_mine: "Mijn oordelen", "My verdicts";
    menu_items: "Berichten", "Items";
    menu_dashboard: "Overzicht", "Dashboard";
    menu_statistics: "Statistiek", "Statistics";
    menu_export: "Export", "Export";
    menu_users: "Gebruikers", "Users";
    menu_settings: "Instellingen", "Settings";
    other_language: "English", "Nederlands";
    log_in: "Aanmelden", "Sign in";
    log_out: "Afmelden", "Sign out";
    close: "Sluiten", "Close";
    save: "Opslaan", "Save";
    change: "Wijzigen", "Change";
    go_on: "Verder met het volgende bericht", "Go on with the next item";
    to_the_start: "Naar het begin", "To the start";
    earlier: "Vorige", "Previous";
    later: "Volgende", "Next";

    // What is wrong.
    trouble: "Dat ging niet", "That did not work";
    problem_sign_in: "U bent niet (meer) aangemeld. Meld u aan, eventueel in een ander tabblad, en probeer het opnieuw.", "You are not signed in (any more). Sign in, in another tab if you like, and try again.";
    problem_forbidden: "Deze pagina hoort niet bij uw rol.", "Your role does not include this page.";
    problem_forged: "Dit formulier kwam niet van een pagina van deze sessie. Laad de pagina opnieuw en probeer het nog eens.", "This form did not come from a page of this session. Reload the page and try again.";
    problem_host: "Deze pagina wordt onder een andere naam aangeboden.", "This page is served under another name.";
    problem_not_found: "Hier is niets.", "There is nothing here.";
    problem_method: "Zo kan dit adres niet worden gebruikt.", "This address cannot be used that way.";
    problem_too_long: "Het formulier is te lang.", "The form is too long.";
    problem_slow: "Het formulier kwam te langzaam binnen.", "The form arrived too slowly.";
    problem_bad_field: "Een veld bevat iets wat er niet in kan staan.", "A field holds something that it cannot.";
    problem_gone: "Dit bericht is niet meer bij u in behandeling: de tijd was om, of het is al beoordeeld.", "This item is no longer in your hands: its time ran out, or it has been judged.";
    problem_too_late: "Dit kan niet meer ongedaan worden gemaakt. Op de pagina van het bericht kunt u een correctie vastleggen.", "This can no longer be undone. The item's page lets you record a correction.";
    problem_erased: "De tekst van dit bericht is gewist; het kan niet meer worden beoordeeld.", "The text of this item has been erased; it can no longer be judged.";
    problem_not_now: "Dat kan nu niet: het bericht of account is niet in de juiste toestand.", "Not now: the item or account is not in the right state.";
    problem_busy: "De wachtrij is bezet of de schijf is vol. Probeer het straks opnieuw; er is niets opgeslagen.", "The queue is busy or the disk is full. Try again shortly; nothing was saved.";
    problem_unfinished: "Dit duurde te lang en loopt misschien nog door. Kijk onder Mijn oordelen of het is opgeslagen voordat u het nog eens probeert.", "This took too long and may still be going on. Look under My verdicts whether it was saved before you try again.";
    problem_unreachable: "De pagina antwoordt niet. Wat u heeft ingevuld, staat er nog; probeer het straks opnieuw.", "The page does not answer. What you filled in is still there; try again shortly.";
    problem_failed: "Er ging iets mis. In het logboek van de beheerder staat wat.", "Something failed. The operator's log says what.";

    // Accounts.
    name: "Naam", "Name";
    name_rule: "Deze naam is al in gebruik of kan niet worden gebruikt.", "This name is taken or cannot be used.";
    password: "Wachtwoord", "Password";
    password_new: "Nieuw wachtwoord", "New password";
    password_first: "Eerste wachtwoord", "First password";
    password_old: "Huidig wachtwoord", "Current password";
    password_again: "Herhaal het wachtwoord", "Repeat the password";
    password_change: "Wachtwoord wijzigen", "Change password";
    password_rule: "Ten minste 12 tekens; een zin van enkele woorden werkt goed.", "At least 12 characters; a phrase of some words works well.";
    password_differs: "De twee wachtwoorden zijn niet gelijk.", "The two passwords differ.";
    password_old_wrong: "Het huidige wachtwoord klopt niet, of er is te vaak geprobeerd.", "The current password is wrong, or it was tried too often.";
    login_refused: "Naam en wachtwoord horen niet bij elkaar, of het account is niet in gebruik.", "Name and password do not match, or the account is not in use.";
    login_wait: "Te veel pogingen. Minuten tot u het opnieuw kunt proberen:", "Too many attempts. Minutes until you can try again:";
    login_already: "Al aangemeld? Ga verder.", "Signed in already? Go on.";
    login_help: "Geen account of wachtwoord vergeten? Vraag het de coördinator.", "No account, or forgotten your password? Ask the lead.";
    start: "Eerste account", "First account";
    start_help: "Het eerste account is van de coördinator. De code staat in het venster waarin de pagina is gestart.", "The first account is the lead's. The code stands in the window in which the page was started.";
    start_code: "Code", "Code";
    start_button: "Account maken", "Create account";
    start_refused: "De code klopt niet, is al gebruikt of is verlopen.", "The code is wrong, used already or expired.";
    account: "Mijn account", "My account";
    account_pseudonym: "In oordelen staat u als", "In verdicts you appear as";
    pseudonym: "pseudoniem", "pseudonym";
    role: "Rol", "Role";
    role_researcher: "onderzoeker", "researcher";
    role_moderator: "moderator", "moderator";
    role_lead: "coördinator", "lead";
    active: "in gebruik", "in use";
    inactive: "buiten gebruik", "not in use";
    activate: "In gebruik nemen", "Put into use";
    deactivate: "Buiten gebruik stellen", "Take out of use";
    user_add: "Account toevoegen", "Add account";

    // An item.
    item: "Bericht", "Item";
    items: "Berichten", "Items";
    the_post: "Het bericht", "The post";
    fact_platform: "Platform", "Platform";
    fact_posted: "Geplaatst", "Posted";
    fact_found: "Gevonden", "Found";
    fact_visibility: "Zichtbaar voor", "Visible to";
    fact_stands_for: "Staat voor berichten", "Stands for posts";
    fact_url: "Webadres (kan het account noemen)", "Web address (may name the account)";
    fact_post_id: "Nummer op het platform:", "Id on the platform:";
    open_url: "Openen in een nieuw tabblad", "Open in a new tab";
    stands_behind: "hoort bij bericht", "belongs to item";
    thread: "Gesprek erboven", "Conversation above";
    show_text: "Tekst tonen", "Show text";
    hide_text: "Tekst verbergen", "Hide text";
    key_space: "spatie", "space";
    key_reason: "t", "t";
    text_is_cut: "De tekst is langer dan de pagina toont.", "The text is longer than the page shows.";
    text_erased: "De tekst is gewist.", "The text has been erased.";
    erased: "gewist", "erased";
    program_says: "Wat het programma voorstelt", "What the program proposes";
    said_hidden: "Verborgen tot na uw oordeel, zodat het u niet stuurt.", "Hidden until you have judged, so that it does not steer you.";
    band_candidate: "kandidaat", "candidate";
    band_review: "te beoordelen", "for review";
    band_clear: "geen bevinding", "no finding";
    score_of: "Score voor", "Score for";
    score: "Score", "Score";
    score_review: "beoordelen vanaf", "review from";
    score_candidate: "kandidaat vanaf", "candidate from";
    group_hate: "groepshaat", "group hate";
    truncated: "De tekst is langer dan het model leest; alleen het begin is gescoord.", "The text is longer than the model reads; only the beginning was scored.";
    why_words: "Woorden waarop de score het meest rust", "Words that the score rests on most";
    why_caveat: "Berekend door elk woord weg te laten en te zien hoeveel de score daalt. Het laat zien wat het model doet, niet wat de schrijver bedoelt, en woorden die samen werken kunnen ontbreken.", "Computed by leaving out each word and seeing how far the score falls. It shows what the model does, not what the writer means, and words that act together may be missing.";
    made_by: "Waarmee gevonden", "Found by what";
    made_by_model: "model", "model";
    made_by_policy: "beleid", "policy";
    made_by_law: "wetstabel", "statute table";

    // Judging.
    your_verdict: "Uw oordeel", "Your verdict";
    field_verdict: "Oordeel", "Verdict";
    verdict_candidate: "kandidaat", "candidate";
    verdict_not_candidate: "geen kandidaat", "not a candidate";
    verdict_unsure: "twijfel", "unsure";
    verdict_outside_law: "buiten deze wet", "outside this law";
    verdict_reopened: "heropend", "reopened";
    field_articles: "Artikelen", "Articles";
    field_grounds: "Gronden", "Grounds";
    choose_article_first: "Kies eerst een artikel; de wet noemt per artikel andere gronden.", "Choose an article first; the law lists other grounds for each.";
    field_group: "Welke groep", "Which group";
    field_reason: "Reden", "Reason";
    must: "(verplicht bij kandidaat en geen kandidaat)", "(required for candidate and not a candidate)";
    reason_in_dutch: "Redenen uit de lijst worden in het Nederlands vastgelegd.", "Reasons from the list are written down in Dutch.";
    reason_own: "In eigen woorden", "In your own words";
    field_quote: "Woorden waar het om gaat", "The words that matter";
    quote_help: "Markeer ze in de tekst met de muis of met m, of typ ze over.", "Mark them in the text with the mouse or with m, or type them.";
    more_fields: "Openbaarheid, context, stap 2 en 3, route", "Publicity, context, steps 2 and 3, route";
    field_publicity: "Openbaarheid", "Publicity";
    publicity_public: "openbaar", "public";
    publicity_restricted: "besloten kring", "restricted";
    publicity_unknown: "onbekend", "unknown";
    field_context: "Context", "Context";
    context_debate: "publiek debat", "public debate";
    context_art: "kunst of satire", "art or satire";
    context_religion: "geloofsovertuiging", "religious conviction";
    context_quotation: "citaat", "quotation";
    context_counter: "tegenspraak", "counter-speech";
    context_news: "nieuws", "news";
    context_reclaimed: "eigen gebruik door de groep", "reclaimed by the group";
    field_note: "Aantekening bij stap 2 en 3", "Note on steps 2 and 3";
    note_help: "Stap 2: neemt de context het beledigende weg? Stap 3: is het dan toch onnodig grievend? (HR 14 januari 2003, ECLI:NL:HR:2003:AE7632)", "Step 2: does the context take the insult away? Step 3: is it needlessly hurtful all the same? (HR 14 January 2003, ECLI:NL:HR:2003:AE7632)";
    field_online: "Nog online", "Still online";
    online_yes: "ja, nog online", "yes, still online";
    online_no: "nee, verdwenen", "no, gone";
    online_at: "Gecontroleerd op (UTC; leeg: nu)", "Checked at (UTC; empty: now)";
    field_route: "Waarheen", "Route";
    route_hotline: "meldpunt", "hotline";
    route_platform: "regels van het platform", "platform terms";
    route_adv: "ADV, Discriminatie.nl", "ADV, Discriminatie.nl";
    route_police: "politie", "police";
    route_nothing: "nergens heen", "nowhere";
    person_decides: "Een kandidaat is een voorstel, geen beschuldiging. U oordeelt; het programma niet.", "A candidate is a proposal, no accusation. You judge; the program does not.";
    wrong_intro: "Nog niet opgeslagen:", "Not saved yet:";
    wrong_verdict: "Kies een oordeel.", "Choose a verdict.";
    wrong_reason: "Geef een reden: bij kandidaat en bij geen kandidaat is die verplicht.", "Give a reason: a yes and a no need one.";
    wrong_reason_plain: "Geef een reden.", "Give a reason.";
    wrong_article: "Kies een artikel.", "Choose an article.";
    wrong_ground: "Kies voor elk artikel een grond die de wet daarbij noemt.", "Choose for each article a ground that the law lists for it.";
    wrong_ground_of_article: "Er is een grond gekozen die bij geen van de gekozen artikelen hoort.", "A ground was chosen that belongs to none of the articles chosen.";
    wrong_quote: "Deze woorden staan zo niet in de tekst.", "These words do not stand in the text like this.";
    wrong_time: "Dit tijdstip is niet te lezen.", "This time cannot be read.";
    wrong_too_long: "Te lang: ten hoogste 4.000 tekens.", "Too long: at most 4,000 characters.";
    wrong_field: "Een waarde kan zo niet worden gebruikt.", "A value cannot be used like this.";
    saved: "Opgeslagen.", "Saved.";
    undo: "Ongedaan maken", "Undo";
    undo_time: "binnen 10 seconden", "within 10 seconds";
    repeats_offer: "Bijna gelijke berichten ook afdoen", "Dismiss near repeats too";
    skip: "Overslaan", "Skip";
    skip_note: "Mag altijd, wordt niet geteld.", "Always fine, never counted.";
    mask: "Scheldwoorden maskeren", "Mask slurs";
    nothing_left: "Niets meer te beoordelen", "Nothing left to review";
    nothing_left_note: "Met dit filter ligt er voor u niets klaar.", "With this filter nothing waits for you.";
    objection_notice: "Heropend na een bezwaar. U heeft dit bericht niet eerder beoordeeld.", "Reopened after an objection. You have not judged this item before.";
    between: "Twee oordelen die verschillen", "Two verdicts that differ";
    pause: "Even pauze?", "Time for a break?";
    pause_items: "Zonder pauze beoordeeld:", "Judged without a break:";
    pause_minutes: "Minuten zonder pauze:", "Minutes without a break:";
    pause_words: "Dit werk vraagt veel. Sta even op, kijk naar buiten, praat met een collega. U mag ook doorgaan; dat wordt nergens bijgehouden.", "This work is demanding. Get up, look outside, talk to a colleague. You may also go on; nobody keeps track.";
    pause_over: "Verder beoordelen", "Go on reviewing";

    // Filter.
    filter: "Filter en volgorde", "Filter and order";
    filter_use: "Toepassen", "Apply";
    filter_order: "Volgorde", "Order";
    filter_article: "Artikel", "Article";
    filter_ground: "Grond", "Ground";
    filter_platform: "Platform", "Platform";
    filter_band: "Voorstel", "Proposal";
    filter_lane: "Soort", "Kind";
    filter_min_age: "Ten minste dagen oud", "At least days old";
    filter_max_age: "Hoogstens dagen oud", "At most days old";
    filter_min_score: "Score vanaf", "Score from";
    filter_max_score: "Score tot en met", "Score up to";
    any: "alle", "any";
    order_severity: "ernst", "severity";
    order_uncertainty: "onzekerheid", "uncertainty";
    order_age: "oudste eerst", "oldest first";
    order_cluster: "bijna gelijke bij elkaar", "near repeats together";
    lane_objection: "na bezwaar", "after an objection";
    lane_rate: "te beoordelen", "to judge";
    lane_adjudicate: "twee oordelen verschillen", "two verdicts differ";

    // Help.
    help: "Sneltoetsen", "Keyboard shortcuts";
    help_space: "tekst tonen of verbergen", "show or hide the text";
    help_verdict: "oordeel: kandidaat, geen kandidaat, twijfel, buiten deze wet (de laatste twee slaan meteen op)", "verdict: candidate, not a candidate, unsure, outside this law (the last two save at once)";
    help_article: "artikel 137c, 137d", "article 137c, 137d";
    help_ground: "grond: ras, godsdienst, seksuele gerichtheid, handicap, geslacht", "ground: race, religion, orientation, disability, gender";
    help_reason: "een van de redenen", "one of the reasons";
    help_own_reason: "reden in eigen woorden", "reason in your own words";
    help_mark: "woorden markeren: pijltjes verplaatsen, shift en pijltjes breiden uit, Enter neemt over", "mark words: arrows move, shift and arrows extend, Enter takes over";
    help_more: "openbaarheid, context, stap 2 en 3, route", "publicity, context, steps 2 and 3, route";
    help_enter: "opslaan; in een tekstveld met Ctrl", "save; with Ctrl in a text field";
    help_skip: "overslaan", "skip";
    help_undo: "laatste oordeel ongedaan maken, 10 seconden lang", "undo the last verdict, for 10 seconds";
    help_repeats: "bijna gelijke berichten bekijken na 'geen kandidaat'", "look at near repeats after a no";
    help_mask: "scheldwoorden maskeren", "mask slurs";
    help_escape: "tekstveld of venster verlaten", "leave a text field or window";
    help_modifiers: "Toetsen werken niet in tekstvelden en niet samen met Ctrl, Alt of Cmd.", "Keys do nothing in text fields, nor together with Ctrl, Alt or Cmd.";
    help_keys_off: "Sneltoetsen uitzetten in deze browser", "Turn keyboard shortcuts off in this browser";

    // One's own verdicts.
    mine_note: "Uw laatste oordelen. Op de pagina van een bericht kunt u uw oordeel corrigeren.", "Your last verdicts. On an item's page you can correct your verdict.";
    mine_none: "U heeft nog niets beoordeeld.", "You have not judged anything yet.";

    // The item's page.
    past: "Wat ermee is gebeurd", "What became of it";
    past_none: "Nog niets.", "Nothing yet.";
    by: "door", "by";
    undone: "ongedaan gemaakt", "undone";
    event_verdict: "Oordeel", "Verdict";
    event_bulk: "Oordeel over bijna gelijke berichten", "Verdict on near repeats";
    event_adjudication: "Beslist tussen twee oordelen", "Decided between two verdicts";
    event_correction: "Correctie", "Correction";
    event_undo: "Ongedaan gemaakt", "Undone";
    event_reopening: "Heropend", "Reopened";
    event_erasure: "Tekst gewist", "Text erased";
    explain: "Uitleg voor de betrokkene", "Explanation for the person concerned";
    explain_note: "Geschikt om over te nemen in een brief of bericht. Er staat niets in over andere berichten.", "Fit to be copied into a letter or message. It says nothing about other posts.";
    back_to_item: "Terug naar het bericht", "Back to the item";
    back_to_judging: "Terug naar beoordelen", "Back to reviewing";
    correct: "Oordeel corrigeren", "Correct the verdict";
    correct_note: "Het eerdere oordeel blijft in de geschiedenis staan; dit nieuwe gaat gelden.", "The earlier verdict stays in the history; this new one will stand.";
    reopen: "Heropenen", "Reopen";
    reopen_note: "Na een bezwaar of een nieuw inzicht. Iemand die dit bericht niet eerder heeft beoordeeld, beoordeelt het opnieuw; tot dan geldt geen oordeel.", "After an objection or a new insight. Somebody who has not judged this item before judges it anew; until then no verdict stands.";
    objection_kind: "Wat is er aan de hand?", "What is the matter?";
    objection_wrongly_marked: "Ten onrechte kandidaat", "Wrongly a candidate";
    objection_wrongly_not: "Ten onrechte geen kandidaat", "Wrongly not a candidate";
    objection_other: "Anders", "Something else";
    repeats_title: "Bijna gelijke berichten", "Near repeats";
    repeats_note: "Deze berichten lijken sterk op een bericht dat u als geen kandidaat heeft beoordeeld. Kijk ze door; afdoen geldt voor alle die nog open staan, ook als er meer zijn dan hier getoond.", "These posts are much like one that you judged as not a candidate. Look them over; dismissing takes all that are still open, also those not shown here.";
    repeats_none: "Er staan geen bijna gelijke berichten open.", "No near repeats are open.";
    repeats_dismiss: "Alle als geen kandidaat afdoen", "Dismiss all as not candidates";

    // Lists.
    find: "Nummer, id op het platform of webadres", "Number, id on the platform or web address";
    find_button: "Zoeken", "Find";
    find_none: "Niets gevonden.", "Nothing found.";
    lists: "Lijsten", "Lists";
    list_done: "beoordeeld", "judged";
    list_none: "Niets.", "Nothing.";
    outcome: "Uitkomst", "Outcome";
    decided: "Beslist", "Decided";

    // Figures.
    in_hand: "in behandeling", "in hand";
    oldest: "oudste open bericht", "oldest open item";
    erased_so_far: "gewist na de bewaartermijn", "erased after retention";
    as_table: "Als tabel", "As a table";
    chart_none: "Nog geen gegevens.", "No data yet.";
    chart_done: "Oordelen per dag", "Verdicts per day";
    chart_done_note: "De laatste 30 dagen.", "The last 30 days.";
    chart_precision: "Precisie", "Precision";
    chart_precision_note: "Aandeel van de kandidaten van het programma dat mensen bevestigen, per week waarin ze zijn gevonden.", "Share of the program's candidates that people confirm, by the week in which they were found.";
    chart_scores: "Scores van de laatste week", "Scores of the last week";
    chart_scores_note: "Aantal berichten per tiende van de score.", "Items by tenth of the score.";
    chart_grounds: "Bevestigd per grond", "Confirmed by ground";
    chart_grounds_note: "Een bericht met twee gronden telt bij beide.", "An item with two grounds counts under both.";
    day: "Dag", "Day";
    week: "Week", "Week";
    weeks: "Precisie per week", "Precision by week";
    share: "Aandeel", "Share";
    verdicts: "Oordelen", "Verdicts";
    judged: "Beoordeeld", "Judged";
    confirmed: "Bevestigd", "Confirmed";
    interval: "95%-interval", "95% interval";
    agreement: "Overeenstemming", "Agreement";
    agreement_note: "Van berichten die twee mensen beoordeelden zonder elkaars oordeel te zien.", "Of items that two people judged without seeing each other's verdict.";
    agreement_on: "Over", "On";
    agreement_verdict: "het oordeel", "the verdict";
    observed: "Gelijk", "Alike";
    drift: "Verschuiving van de scores", "Drift of the scores";
    drift_note: "PSI van elke week tegen alle weken ervoor; boven 0,25 heet meestal een verschuiving.", "PSI of each week against all weeks before; above 0.25 is usually called a shift.";
    statistics_note: "Aantallen zonder persoonsgegevens, voor het jaarverslag (DSA, artikel 22) en de registratie van online discriminatie. Regels met 'alle' tellen berichten; de andere tellen een bericht onder elk artikel en elke grond die het heeft.", "Counts without personal data, for the yearly report (DSA, Article 22) and the registration of online discrimination. Rows of 'any' count items; the others count an item under each of its articles and grounds.";
    statistics_protected: "Aantallen onder de 5 worden niet genoemd en alle andere naar beneden afgerond op een vijftal, zodat geen regel over één bericht gaat. De coördinator ziet de precieze aantallen.", "Counts below 5 are not told and all others are rounded down to a multiple of 5, so that no row is about a single post. The lead sees the exact counts.";
    statistics_cut: "De nieuwste regels; het CSV-bestand bevat alles.", "The newest rows; the CSV file holds all.";
    by_month: "Per maand", "By month";
    by_year: "Per jaar", "By year";
    as_csv: "Als CSV-bestand", "As a CSV file";
    period: "Periode", "Period";
    all: "alle", "any";
    none: "geen", "none";
    unknown: "onbekend", "unknown";
    outcome_open: "open", "open";
    outcome_expired: "verlopen zonder oordeel", "expired unjudged";
    export_note: "Voor onderzoek: oordelen, scores, artikelen en gronden per maand, zonder tekst en vindplaats. Pseudoniemen van berichten en personen zijn in elke export nieuw. Wat te weinig voorkomt, wordt grover weergegeven of weggelaten: elke regel lijkt van buiten op ten minste vier andere.", "For research: verdicts, scores, articles and grounds by month, without text or place. Pseudonyms of items and people are new in every export. What is too rare is given more coarsely or left out: from outside every row looks like at least four others.";
    export_pseudonymised: "Gepseudonimiseerde export (JSON Lines)", "Pseudonymised export (JSON Lines)";
    export_labels_note: "Voor meten en trainen op deze machine: oordelen met de tekst van het bericht. Behandel dit bestand als de wachtrij zelf.", "For measuring and training on this machine: verdicts with the text of the post. Treat this file as the queue itself.";
    export_labels: "Gelabelde regels met tekst (JSON Lines)", "Labelled rows with text (JSON Lines)";

    // Settings.
    set_blind: "Blind beoordelen", "Judge blind";
    set_blind_note: "Verbergt het voorstel van het programma tot na het oordeel. Bij twee beoordelaars is het altijd verborgen.", "Hides the program's proposal until after the verdict. With two raters it is always hidden.";
    set_second: "Tweede beoordelaar, in procenten", "Second rater, in percent";
    set_second_note: "Deel van de berichten die hierna binnenkomen dat twee mensen beoordelen.", "Share of items imported from now on that two people judge.";
    set_lease: "Minuten in behandeling", "Minutes in hand";
    set_lease_note: "Zonder teken van leven gaat een bericht daarna terug.", "Without a sign of life an item then goes back.";
    set_batch: "Berichten tot een pauze", "Items until a break";
    set_batch_note: "0 is nooit.", "0 is never.";
    set_break: "Minuten tot een pauze", "Minutes until a break";
    set_break_note: "0 is nooit.", "0 is never.";
    set_days_unreviewed: "Bewaardagen zonder oordeel", "Days kept unjudged";
    set_days_reviewed: "Bewaardagen na een oordeel", "Days kept after a verdict";
    set_days_note: "Daarna wist het opruimen de tekst; de aantallen blijven.", "After that the purge erases the text; the counts stay.";
}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_everything() {
        assert!(!std::ptr::eq(&raw const NL, &raw const EN));
        for (name, nl, en) in ALL {
            assert!(!nl.trim().is_empty() && !en.trim().is_empty(), "{name}");
            // Sentences end as sentences in both.
            assert_eq!(nl.ends_with('.'), en.ends_with('.'), "{name}");
        }
    }

    #[test]
    fn no_word_passes_judgement() {
        for (name, nl, en) in ALL {
            let words = format!("{nl} {en}").to_lowercase();
            for word in words.split(|sign: char| !sign.is_alphabetic()) {
                for wrong in ["strafba", "dader", "verdacht", "schuldig", "illegal", "guilty", "offender", "punishable"]
                {
                    assert!(!word.starts_with(wrong), "{name} says {word}");
                }
            }
        }
    }
}
