#![allow(clippy::unwrap_used)]

use super::*;

const WISH: Wish = Wish { precision: 0.9, recall: 0.8, prevalence: None, budget: None };

/// `n` texts of each (score, label).
fn texts(of: &[(usize, f32, bool)]) -> Vec<(f32, bool)> {
    of.iter().flat_map(|&(n, score, hateful)| std::iter::repeat_n((score, hateful), n)).collect()
}

#[test]
fn the_lowest_threshold_that_can_be_answered_for_is_chosen() {
    let data = texts(&[(300, 0.97, true), (60, 0.62, true), (60, 0.62, false), (300, 0.1, false)]);
    let choice = candidate(&data, &WISH).unwrap();
    assert_eq!(choice.threshold, 0.65);
    assert!(choice.bound >= 0.9 && choice.bound < choice.measured, "{choice:?}");
    // The bound is that of all ten thresholds at once.
    assert!((choice.bound - 0.005_f64.powf(1.0 / 300.0)).abs() < 1e-6);
}

#[test]
fn few_labels_are_refused_with_a_number() {
    let data = texts(&[(20, 0.97, true), (20, 0.1, false)]);
    let Err(Shortfall::Labels { more, .. }) = candidate(&data, &WISH) else { unreachable!() };
    // 51 marked texts without an error carry 0.9 at 0.005: 0.9^51 < 0.005 <= 0.9^50; so about 31 more, and as many harmless ones.
    assert!((60..=66).contains(&more), "{more}");
    let more_data = texts(&[(20 + more as usize / 2 + 1, 0.97, true), (20, 0.1, false)]);
    assert!(candidate(&more_data, &WISH).is_ok());
}

#[test]
fn rare_hate_takes_many_harmless_texts() {
    let wish = Wish { prevalence: Some(0.01), ..WISH };
    let data = texts(&[(500, 0.97, true), (500, 0.1, false)]);
    assert!(matches!(candidate(&data, &wish), Err(Shortfall::Labels { more, .. }) if more > 4000));
    let data = texts(&[(500, 0.97, true), (10_000, 0.1, false)]);
    assert!(candidate(&data, &wish).unwrap().bound >= 0.9);
}

#[test]
fn what_no_number_of_labels_cures_is_said() {
    let data = texts(&[(100, 0.97, true), (100, 0.97, false)]);
    assert!(matches!(candidate(&data, &WISH), Err(Shortfall::Model { measured, .. }) if measured == 0.5));
    // Nothing was ever wrong here: however many it takes, labels help, and the threshold that finds most takes the fewest.
    let data = texts(&[(4, 0.97, true), (30, 0.6, true), (100, 0.1, false)]);
    let wish = Wish { precision: 0.95, prevalence: Some(0.001), ..WISH };
    let Err(Shortfall::Labels { threshold, more, .. }) = candidate(&data, &wish) else { unreachable!() };
    assert!(threshold == 0.5 && more > 100_000, "{threshold} {more}");
    let only_few = texts(&[(4, 0.97, true), (30, 0.2, true), (100, 0.1, false)]);
    assert!(matches!(candidate(&only_few, &wish), Err(Shortfall::Labels { more: other, .. }) if other > more));
    assert_eq!(candidate(&texts(&[(5, 0.9, true)]), &WISH), Err(Shortfall::Empty));
}

#[test]
fn a_budget_raises_the_threshold() {
    let data = texts(&[(300, 0.97, true), (300, 0.7, true), (600, 0.1, false)]);
    let wish = Wish { budget: Some((300, 1000)), ..WISH };
    assert_eq!(candidate(&data, &WISH).unwrap().threshold, 0.5);
    let choice = candidate(&data, &wish).unwrap();
    assert_eq!((choice.threshold, choice.per_night), (0.75, Some(250.0)));
    let tight = Wish { budget: Some((10, 1000)), ..WISH };
    assert!(matches!(candidate(&data, &tight), Err(Shortfall::Budget { per_night }) if per_night == 250.0));
}

#[test]
fn review_goes_up_until_recall_can_no_longer_be_answered_for() {
    let data = texts(&[(180, 0.97, true), (20, 0.305, true), (300, 0.1, false)]);
    let choice = review(&data, &Wish { recall: 0.9, ..WISH }, 0.9).unwrap();
    assert_eq!(choice.threshold, 0.3);
    assert_eq!(review(&data, &WISH, 0.4).unwrap().threshold, 0.4);
    let few = texts(&[(5, 0.97, true), (5, 0.1, false)]);
    assert!(matches!(review(&few, &WISH, 0.9), Err(Shortfall::Labels { .. })));
}
