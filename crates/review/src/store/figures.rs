//! Figures for the dashboard and for yearly reports. Nothing personal: no item, no person, no text.

mod dashboard;
mod statistics;

/// A name and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub name: String,
    /// How many.
    pub items: u64,
}

/// Items that were done on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day, ISO 8601, UTC.
    pub day: String,
    /// Verdicts given.
    pub verdicts: u64,
}

/// Precision of the program's candidates that were found in a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Precision {
    /// The week, such as `2026-W47`, by when the item was found.
    pub week: String,
    /// Candidates that a person has said yes or no to (outside the law counts as no).
    pub judged: u64,
    /// Of these, yes.
    pub confirmed: u64,
    /// Wilson interval of `confirmed / judged`, 95%, in 0..=1.
    pub interval: (f64, f64),
}

/// How far two raters agree on an article.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleAgreement {
    /// The article, `137c` or `137d`; or `candidate` for the verdict as such.
    pub on: String,
    /// Items that two people judged without seeing each other's verdict.
    pub items: u64,
    /// Share of them judged alike, in 0..=1.
    pub observed: f64,
    /// Cohen's kappa; `None` when it is not defined (all judged one and the same).
    pub kappa: Option<f64>,
    /// Krippendorff's alpha, nominal; `None` when it is not defined.
    pub alpha: Option<f64>,
}

/// Scores of the items that were found in a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The week, such as `2026-W47`.
    pub week: String,
    /// Items by confidence, in ten equal bins of 0..=1.
    pub bins: [u64; 10],
    /// Population stability index against all weeks before; `None` for the first. Above 0.25 is usually called a shift.
    pub stability: Option<f64>,
}

/// What a lead looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Dashboard {
    /// Open items by lane ([`super::Lane::name`]), the most urgent lane first.
    pub open: Vec<Count>,
    /// Items in somebody's hand.
    pub in_hand: u64,
    /// When the oldest open item was found: RFC 3339, UTC.
    pub oldest_found_at: Option<String>,
    /// Verdicts by day, the last 30 days, today last; days without any are there with 0.
    pub done: Vec<Day>,
    /// Precision by week, the last 26 weeks that have any, the newest last.
    pub precision: Vec<Precision>,
    /// Agreement by article, over all items with two raters.
    pub agreement: Vec<ArticleAgreement>,
    /// Scores by week, the last 26 weeks that have any, the newest last.
    pub drift: Vec<Drift>,
    /// Confirmed items by ground that a person gave. An item with two grounds counts under both.
    pub grounds: Vec<Count>,
    /// Items erased by the retention terms so far.
    pub erased: u64,
}

/// A month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// `2026-11`.
    Month,
    /// `2026`.
    Year,
}

/// How exact counts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// As they are: for who leads.
    Exact,
    /// Counts below [`StatisticsRow::FEW`] are not told, and all others are rounded down to a multiple of it, so that none follows from the others. For everybody else,
    /// and for publication.
    Protected,
}

/// A row of the statistics. Rows of `all` count items, the others count an item once under each article and ground that it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatisticsRow {
    /// The month or year of the outcome, or, of what is open or expired, of when it was found.
    pub period: String,
    /// `all`, `137c`, `137d`, `none`. Of a person for what was confirmed, else as the program proposed.
    pub article: String,
    /// `all`, a ground, `none`.
    pub ground: String,
    /// Platform, `unknown` where the input does not say.
    pub platform: String,
    /// `candidate`, `not_candidate`, `unsure`, `outside_law`, `open`, `expired`.
    pub outcome: String,
    /// How many; `None` for fewer than [`StatisticsRow::FEW`], where counts are protected.
    pub items: Option<u64>,
}

impl StatisticsRow {
    /// From how many items on a protected count is told. Five is the least that is usual for tables of persons (Hundepool et al. 2012, "Statistical Disclosure Control").
    pub const FEW: u64 = 5;

    /// The same with a protected count.
    #[must_use]
    fn protected(self) -> Self {
        let told = |items: u64| (items >= Self::FEW).then_some(items - items % Self::FEW);
        Self { items: self.items.and_then(told), ..self }
    }
}
